import js from "@eslint/js";
import globals from "globals";
import reactHooks from "eslint-plugin-react-hooks";
import tseslint from "typescript-eslint";

const react = { group: ["react", "react-dom", "react/*", "react-dom/*"], message: "Logic is plain TypeScript; views live in .tsx files." };
const features = { regex: "/features/|/app/", message: "lib and ui know no feature." };
const fetchIsForTheClient = {
  selector: "CallExpression[callee.name='fetch'], CallExpression[callee.object.name=/^(window|globalThis)$/][callee.property.name='fetch']",
  message: "Views call commands; only api/ and sync/ talk to the server.",
};
const noHtml = {
  selector: "JSXAttribute[name.name='dangerouslySetInnerHTML'], AssignmentExpression[left.property.name=/^(innerHTML|outerHTML)$/]",
  message: "Views build nodes, never HTML.",
};

export default tseslint.config(
  { ignores: ["dist", "node_modules", "src/api/schema.d.ts", "test-results", "playwright-report"] },
  js.configs.recommended,
  { files: ["scripts/**/*.mjs", "*.js"], languageOptions: { globals: globals.node } },
  {
    files: ["src/**/*.{ts,tsx}"],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: {
      parserOptions: { project: "./tsconfig.app.json", tsconfigRootDir: import.meta.dirname },
      globals: globals.browser,
    },
    plugins: { "react-hooks": reactHooks },
    rules: {
      ...reactHooks.configs.recommended.rules,
      "@typescript-eslint/consistent-type-imports": ["error", { fixStyle: "inline-type-imports" }],
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      "@typescript-eslint/no-misused-promises": ["error", { checksVoidReturn: { attributes: false } }],
      // Props declare their callbacks in method form; React components have no `this` to lose.
      "@typescript-eslint/unbound-method": "off",
      "@typescript-eslint/prefer-promise-reject-errors": "off",
      "max-lines": ["error", 500],
      "no-restricted-syntax": ["error", noHtml],
    },
  },
  {
    files: ["src/api/**", "src/sync/**", "src/store/**", "src/features/*/{store,commands}.ts", "src/features/messages/timeline/{Window,Loader}.ts"],
    ignores: ["src/store/hooks.ts"],
    rules: { "no-restricted-imports": ["error", { patterns: [react] }] },
  },
  {
    files: ["src/**/*.tsx", "src/app/**", "src/ui/**"],
    rules: { "no-restricted-syntax": ["error", noHtml, fetchIsForTheClient] },
  },
  {
    files: ["src/lib/**", "src/ui/**"],
    rules: { "no-restricted-imports": ["error", { patterns: [features] }] },
  },
  {
    files: ["e2e/**/*.ts"],
    extends: [tseslint.configs.recommendedTypeChecked],
    languageOptions: { parserOptions: { project: "./tsconfig.node.json", tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/consistent-type-imports": ["error", { fixStyle: "inline-type-imports" }],
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      // Playwright reads from the braces which fixtures a test asks for.
      "no-empty-pattern": "off",
      // Fixtures are declared in method form; they have no `this` to lose.
      "@typescript-eslint/unbound-method": "off",
      "max-lines": ["error", 500],
    },
  },
  {
    files: ["src/**/*.test.ts", "src/testing/**"],
    rules: { "@typescript-eslint/no-non-null-assertion": "off" },
  },
);
