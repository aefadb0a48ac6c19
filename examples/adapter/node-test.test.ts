import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { conformanceCases } from "@slotwright/conformance";
import { testServer } from "@slotwright/test-servers/vitest";
import { expect, it } from "vitest";

// Without the server, these tests are skipped, and say so. With CI=true, that is a failure instead.
const server = await testServer("postgres");
const file = join(import.meta.dirname, "conformance.node.ts");

it.skipIf(server === undefined)(
  "the whole suite also runs with node's own test runner",
  async () => {
    const database = await server?.createDatabase();
    // The runner behaves differently as the child of a run of its own.
    const { NODE_TEST_CONTEXT: _, ...env } = process.env;
    const options = { env: { ...env, DATABASE_URL: database?.url }, maxBuffer: 100 * 1024 * 1024 };
    const run = promisify(execFile)(process.execPath, ["--test", "--test-reporter=tap", file], options);
    // Failed tests end the process with 1. Its output is in the error.
    const { stdout } = await run.catch((failed: { readonly stdout: string }) => failed);
    expect(stdout).toContain(`# pass ${conformanceCases.length}\n# fail 0\n`);
    await database?.drop();
  },
  180_000,
);
