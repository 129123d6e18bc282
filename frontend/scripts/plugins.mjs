// Two small Vite plugins: the compiled catalogues, and the compressed copies of built files.
import { readdirSync, readFileSync, writeFileSync } from "node:fs";
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

/** Writes `.br` and `.gz` beside every built file that compresses; the server picks by Accept-Encoding. */
export function compressed() {
  let outDir = "dist";
  return {
    name: "confab-compressed",
    apply: "build",
    configResolved: (config) => void (outDir = config.build.outDir),
    closeBundle() {
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
