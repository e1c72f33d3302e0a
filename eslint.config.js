import tseslint from "typescript-eslint";

export default tseslint.config(
  { ignores: ["dist/", "dist-bench/", "node_modules/", "coverage/", "demo/", ".dependency-cruiser.cjs"] },
  ...tseslint.configs.recommended,
  {
    files: ["**/*.{ts,tsx}"],
    rules: {
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/consistent-type-imports": "error",
      "@typescript-eslint/no-non-null-assertion": "off",
      "no-restricted-properties": ["error", { object: "Math", property: "random", message: "Use the seeded generator in src/base/random.ts." }],
      "no-restricted-exports": ["error", { restrictDefaultExports: { direct: true, named: true, defaultFrom: true, namedFrom: true, namespaceFrom: true } }],
      eqeqeq: "error",
      "prefer-const": "error",
    },
  },
  {
    // The web app takes what runs in a page, and nothing else of src/.
    files: ["web/**/*.{ts,tsx}"],
    ignores: ["web/vite.config.ts", "web/**/*.test.ts"],
    rules: {
      "no-restricted-imports": [
        "error",
        { patterns: [{ regex: "^node:|/node/|/src/(cli|server|evaluation|training|cohort)/|onnxruntime-node", message: "This does not run in a page, or does not belong there." }] },
      ],
    },
  },
  { files: ["eslint.config.js", "vitest.config.ts", "web/vite.config.ts", "test/**/*.ts"], rules: { "no-restricted-exports": "off" } },
);
