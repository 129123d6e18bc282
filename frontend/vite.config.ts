import { fileURLToPath } from "node:url";
import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { chunks, compressed, layered, messages } from "./scripts/plugins.mjs";

export default defineConfig({
  plugins: [react(), messages(), layered(), compressed()],
  resolve: {
    alias: {
      // markdown-it's heavy dependencies, for which a few lines or the browser itself will do.
      entities: fileURLToPath(new URL("src/lib/entities.ts", import.meta.url)),
      "punycode.js": fileURLToPath(new URL("src/lib/punycode.ts", import.meta.url)),
    },
  },
  build: {
    target: "es2023",
    manifest: true,
    sourcemap: false,
    // The content security policy forbids data: scripts and fonts; small files stay files.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
    // The budget that counts is checked by `npm run size`.
    chunkSizeWarningLimit: 700,
    rolldownOptions: { output: { codeSplitting: { groups: chunks } } },
  },
  server: {
    host: "127.0.0.1",
    proxy: { "/api": { target: `http://127.0.0.1:${process.env["CONFAB_PORT"] ?? "8080"}` } },
  },
  test: {
    include: ["src/**/*.test.ts"],
    environment: "node",
    setupFiles: ["src/testing/setup.ts"],
    restoreMocks: true,
  },
});
