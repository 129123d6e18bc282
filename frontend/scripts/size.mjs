// The budget of what a browser loads before the first room is drawn: 200 kB of JavaScript and
// 30 kB of CSS, both gzip. Counts the entry, everything it imports statically, and the lazy chunks
// that the way to the first room needs.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const BUDGET = { js: 200_000, css: 30_000 };
/** Lazy chunks that belong to the first screen. */
const FIRST_SCREEN = [/features\/rooms\/RoomScreen/, /features\/messages\/timeline\/Timeline/];

const manifest = JSON.parse(readFileSync("dist/.vite/manifest.json", "utf8"));
const entries = Object.entries(manifest);
const wanted = entries
  .filter(([name, chunk]) => chunk.isEntry || FIRST_SCREEN.some((pattern) => pattern.test(name)))
  .map(([name]) => name);

const chunks = new Set();
const collect = (name) => {
  if (chunks.has(name)) return;
  chunks.add(name);
  (manifest[name].imports ?? []).forEach(collect);
};
wanted.forEach(collect);

const files = new Set();
for (const name of chunks) {
  files.add(manifest[name].file);
  (manifest[name].css ?? []).forEach((file) => files.add(file));
}
const size = (file) => gzipSync(readFileSync(`dist/${file}`), { level: 9 }).length;
let failed = false;
for (const [kind, most] of Object.entries(BUDGET)) {
  const list = [...files].filter((file) => file.endsWith(`.${kind}`));
  const total = list.reduce((sum, file) => sum + size(file), 0);
  for (const file of list) console.log(`  ${String(size(file)).padStart(8)}  ${file}`);
  console.log(`${kind}: ${total} of ${most} bytes (gzip)`);
  failed ||= total > most;
}
if (failed) {
  console.error("over the budget");
  process.exitCode = 1;
}
