// What the build needs beyond Vite: compiled catalogues, few chunks, compressed copies.
import { existsSync, readdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { brotliCompressSync, constants, gzipSync } from "node:zlib";
import { compiled } from "./messages.mjs";

/** Serves `virtual:messages/<locale>`: the sentences of one language, compiled. */
export function messages() {
  const prefix = "virtual:messages/";
  return {
    name: "confab-messages",
    resolveId: (id) => (id.startsWith(prefix) ? "\0" + id : null),
    load(id) {
      if (!id.startsWith("\0" + prefix)) return null;
      return `export default ${JSON.stringify(compiled(id.slice(prefix.length + 1)))};`;
    },
    // A sentence that is new in the source or in a catalogue shows after the reload.
    handleHotUpdate({ file, server }) {
      if (!/\.(tsx?|json)$/.test(file)) return;
      for (const [id, module] of server.moduleGraph.idToModuleMap) {
        if (id.startsWith("\0" + prefix)) server.moduleGraph.invalidateModule(module);
      }
    },
  };
}

/**
 * Puts the order of the cascade layers at the head of every style sheet. The order counts where a
 * layer is first named, and which chunk's sheet the browser reads first is the bundler's choice.
 */
export function layered() {
  const tokens = readFileSync(new URL("../src/styles/tokens.css", import.meta.url), "utf8");
  const order = /^@layer [^;{]+;/m.exec(tokens)?.[0] ?? "";
  return {
    name: "confab-layered",
    enforce: "pre",
    transform: (code, id) => (/\.module\.css$/.test(id) ? `${order}\n${code}` : null),
  };
}

/** Writes `.br` and `.gz` beside every built file that compresses; the server picks by Accept-Encoding. */
export function compressed() {
  let outDir = "dist";
  return {
    name: "confab-compressed",
    apply: "build",
    configResolved: (config) => void (outDir = config.build.outDir),
    closeBundle() {
      if (!existsSync(outDir)) return;
      for (const name of readdirSync(outDir, { recursive: true })) {
        if (!/\.(js|css|html|svg|json|webmanifest)$/.test(name)) continue;
        const file = join(outDir, name);
        const bytes = readFileSync(file);
        const params = { [constants.BROTLI_PARAM_QUALITY]: 11, [constants.BROTLI_PARAM_SIZE_HINT]: bytes.length };
        writeFileSync(`${file}.br`, brotliCompressSync(bytes, { params }));
        writeFileSync(`${file}.gz`, gzipSync(bytes, { level: 9 }));
      }
    },
  };
}

/**
 * What the first screen loads is two files: libraries, which change seldom, and the product's own
 * code. Everything else stays in its lazy chunk. Libraries are taken first, because a group takes
 * along whatever its modules import.
 */
export const chunks = [
  { name: (id, context) => (isLibrary(id) && isOfEntry(id, context) ? "libraries" : null), priority: 2 },
  { name: (id, context) => (isOfEntry(id, context) ? "app" : null), priority: 1 },
];

const isLibrary = (id) => id.includes("/node_modules/");

/** True when the entry imports the module without a dynamic import on the way. */
function isOfEntry(id, context, seen = new Set()) {
  if (seen.has(id)) return false;
  seen.add(id);
  const module = context.getModuleInfo(id);
  if (!module) return false;
  return module.isEntry || module.importers.some((importer) => isOfEntry(importer, context, seen));
}
