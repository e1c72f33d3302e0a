import { defineConfig } from "vitest/config";

const shared = { testTimeout: 300_000, hookTimeout: 300_000, pool: "forks" as const, setupFiles: ["test/support/seed.ts"] };

export default defineConfig({
  test: {
    maxWorkers: 2,
    projects: [
      { test: { ...shared, name: "unit", include: ["src/**/*.test.ts", "bench/**/*.test.ts", "web/**/*.test.ts"] } },
      // These run the built command line.
      { test: { ...shared, name: "end-to-end", include: ["test/**/*.test.ts"], globalSetup: ["test/support/build.ts"] } },
    ],
  },
});
