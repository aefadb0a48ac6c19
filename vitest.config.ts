import { defineConfig } from "vitest/config";

export default defineConfig({
  test: {
    include: ["packages/*/test/**/*.test.ts", "examples/**/*.test.ts", "benchmarks/**/*.test.ts", "docs/**/*.test.ts"],
    globalSetup: ["packages/test-servers/src/vitest/global-setup.ts"],
    // Most files wait for disks and servers: more of them at a time than there are cores but one.
    maxWorkers: 3,
    testTimeout: 60_000,
    hookTimeout: 60_000,
  },
});
