import { defineConfig } from "vitest/config";
import { temporaryFolder } from "./packages/test-servers/src/vitest/temporary-folder.ts";

// Set here, so that all processes have it: those of the test files, what they start, and the servers that they share.
process.env.TMPDIR ??= await temporaryFolder();

export default defineConfig({
  test: {
    include: ["packages/*/test/**/*.test.ts", "examples/**/*.test.ts", "benchmarks/**/*.test.ts", "docs/**/*.test.ts"],
    globalSetup: ["packages/test-servers/src/vitest/global-setup.ts"],
    testTimeout: 60_000,
    hookTimeout: 60_000,
    // Much of the time of a test file is spent waiting for a server.
    maxWorkers: 3,
  },
});
