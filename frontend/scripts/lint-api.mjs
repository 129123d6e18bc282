// Lints the API document by the rules of scripts/lint-api.yaml. Reads nothing from the network.
//
//   npm run lint:api
import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { createConfig, formatProblems, getTotals, lint } from "@redocly/openapi-core";

const here = dirname(fileURLToPath(import.meta.url));
const config = await createConfig(readFileSync(join(here, "lint-api.yaml"), "utf8"));
const document = process.argv[2] ?? join(here, "../../api/openapi.json");
// Events are an extension of ours, which the linter does not follow: only generators of types use this.
const isOurs = (problem) => problem.ruleId === "no-unused-components" && problem.message.includes('"EventData"');
const problems = (await lint({ ref: document, config })).filter((problem) => !isOurs(problem));
const totals = getTotals(problems);
formatProblems(problems, { format: "codeframe", maxProblems: 100, totals, version: "1" });
if (totals.errors + totals.warnings > 0) process.exit(1);
