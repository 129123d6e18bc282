// The sentences of the product: finds them in the source, keeps the catalogues in step with it.
//
//   npm run messages            adds new sentences to every catalogue and drops unused ones
//   npm run messages -- check   fails when a catalogue lacks a sentence
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import { compileMessage } from "@lingui/message-utils/compileMessage";
import ts from "typescript";

const root = join(dirname(fileURLToPath(import.meta.url)), "..");
const catalogs = join(root, "src/i18n/catalogs");

/** Every sentence given literally to t("..."), sorted. */
export function sentences() {
  const found = new Set();
  for (const name of readdirSync(join(root, "src"), { recursive: true })) {
    if (!/\.tsx?$/.test(name) || name.endsWith(".d.ts") || /\.test\./.test(name)) continue;
    const text = readFileSync(join(root, "src", name), "utf8");
    collect(ts.createSourceFile(name, text, ts.ScriptTarget.Latest, true), found);
  }
  return [...found].sort();
}

function collect(node, found) {
  if (ts.isCallExpression(node) && ts.isIdentifier(node.expression) && node.expression.text === "t") {
    for (const literal of literals(node.arguments[0])) found.add(literal);
  }
  ts.forEachChild(node, (child) => collect(child, found));
}

/** A literal, or both arms of a choice between literals. */
function literals(node) {
  if (!node) return [];
  if (ts.isStringLiteralLike(node)) return [node.text];
  if (ts.isConditionalExpression(node)) return [...literals(node.whenTrue), ...literals(node.whenFalse)];
  if (ts.isParenthesizedExpression(node)) return literals(node.expression);
  return [];
}

export function catalog(locale) {
  return JSON.parse(readFileSync(join(catalogs, `${locale}.json`), "utf8"));
}

export const translated = ["ar", "ja"];

/** What a language lacks: sentences without a translation. */
export function missing(locale) {
  const known = catalog(locale);
  return sentences().filter((sentence) => !known[sentence]);
}

/** The sentences of a language in the form the product reads; plain English ones are their own key. */
export function compiled(locale) {
  const source = locale === "en" ? {} : catalog(locale);
  const entries = [];
  for (const sentence of sentences()) {
    const message = compileMessage(source[sentence] || sentence);
    const isPlain = message.length === 1 && message[0] === sentence;
    if (!isPlain) entries.push([sentence, message]);
  }
  return Object.fromEntries(entries);
}

function update(locale) {
  const known = catalog(locale);
  const next = Object.fromEntries(sentences().map((sentence) => [sentence, known[sentence] ?? ""]));
  writeFileSync(join(catalogs, `${locale}.json`), JSON.stringify(next, null, 2) + "\n");
}

if (process.argv[1] === fileURLToPath(import.meta.url)) {
  if (process.argv[2] !== "check") translated.forEach(update);
  for (const locale of translated) {
    const lacking = missing(locale);
    console.log(`${locale}: ${sentences().length - lacking.length} of ${sentences().length} sentences`);
    if (process.argv[2] === "check" && lacking.length > 0) {
      console.error(lacking.map((sentence) => `  ${sentence}`).join("\n"));
      process.exitCode = 1;
    }
  }
}
