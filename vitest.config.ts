import { join } from "node:path";
import { defineConfig } from "vitest/config";
import { longFiles } from "./packages/test-servers/src/vitest/long-files.ts";
import { LongestFirst } from "./packages/test-servers/src/vitest/longest-first.ts";
import { temporaryFolder } from "./packages/test-servers/src/vitest/temporary-folder.ts";

// Set here, so that all processes have it: those of the test files, what they start, and the servers that they share.
process.env.TMPDIR ??= await temporaryFolder();
// Many tests start programs, which all load the same modules.
process.env.NODE_COMPILE_CACHE ??= join(import.meta.dirname, "node_modules/.cache/compiled");

const leftOut = process.env.TESTS_LEAVE_OUT === undefined ? [] : [...longFiles];
const inContexts = "packages/*/test/realms/*.test.ts";
/** Files that replace a module of the product, which the next file of the same process would meet. */
const replacing = ["packages/core/test/call-codes.test.ts"];

export default defineConfig({
  test: {
    globalSetup: ["packages/test-servers/src/vitest/global-setup.ts"],
    testTimeout: 120_000,
    hookTimeout: 60_000,
    // On two cores that servers and browsers share, what comes at once may take seconds.
    expect: { poll: { timeout: 10_000 } },
    // Much of the time of a test file is spent waiting for a server.
    maxWorkers: 3,
    // The suite for adapters plays fewer random plays where long files are left out, too.
    provide: { shareOfPlays: leftOut.length === 0 ? 1 : 0.25 },
    sequence: { sequencer: LongestFirst },
    projects: [
      {
        extends: true,
        test: {
          name: "node",
          include: [
            "packages/*/test/**/*.test.ts",
            "examples/**/*.test.ts",
            "benchmarks/**/*.test.ts",
            "docs/**/*.test.ts",
          ],
          exclude: ["**/node_modules/**", inContexts, ...replacing, ...leftOut],
          // Files share a process, and what it has loaded. This halves what the short ones cost.
          isolate: false,
        },
      },
      { extends: true, test: { name: "alone", include: replacing, exclude: leftOut, globalSetup: [] } },
      {
        extends: true,
        // Each file has a vm context of its own, as under Jest and in hosts with plug-ins.
        test: { name: "realms", include: [inContexts], exclude: leftOut, pool: "vmThreads", globalSetup: [] },
      },
    ],
  },
});
