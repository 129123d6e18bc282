// The budget of what a browser loads before the first room is drawn: 200 kB of JavaScript and
// 30 kB of CSS, both gzip. Counts what the page loads and the lazy chunks on the way to the first room.
import { readFileSync } from "node:fs";
import { gzipSync } from "node:zlib";

const BUDGET = { js: 200_000, css: 30_000 };
/** Lazy chunks that belong to the first screen. */
const FIRST_SCREEN = [/features\/rooms\/RoomScreen/, /features\/messages\/timeline\/Timeline/];

const manifest = JSON.parse(readFileSync("dist/.vite/manifest.json", "utf8"));
const page = readFileSync("dist/index.html", "utf8");

const files = new Set([...page.matchAll(/(?:src|href)="\/(assets\/[^"]+)"/g)].map(([, file]) => file));
const chunks = new Set();
const collect = (name) => {
  if (chunks.has(name)) return;
  chunks.add(name);
  const chunk = manifest[name];
  files.add(chunk.file);
  (chunk.css ?? []).forEach((file) => files.add(file));
  (chunk.imports ?? []).forEach(collect);
};
Object.keys(manifest)
  .filter((name) => FIRST_SCREEN.some((pattern) => pattern.test(name)))
  .forEach(collect);
if (files.size === 0) throw new Error("dist/index.html loads nothing: the budget cannot be checked");

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
