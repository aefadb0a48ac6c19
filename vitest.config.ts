import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["packages/*/test/**/*.test.ts", "examples/**/*.test.ts", "benchmarks/**/*.test.ts", "docs/**/*.test.ts"],
    globalSetup: ["packages/test-servers/src/vitest/global-setup.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
