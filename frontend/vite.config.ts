import react from "@vitejs/plugin-react";
import { defineConfig } from "vitest/config";
import { compressed, messages } from "./scripts/plugins.mjs";

export default defineConfig({
  plugins: [react(), messages(), compressed()],
  build: {
    target: "es2023",
    manifest: true,
    sourcemap: false,
    // The content security policy forbids data: scripts and fonts; small files stay files.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    reportCompressedSize: false,
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
