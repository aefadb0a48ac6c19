import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { conformanceCases } from "@slotwright/conformance";
import { testServer } from "@slotwright/test-servers/vitest";
import { expect, it } from "vitest";

// Without the server, these tests are skipped, and say so. With CI=true, that is a failure instead.
const server = await testServer("postgres");
/** Vitest runs the whole suite on the same adapter. What may differ is how a runner is told of a case. */
const topic = "booking";
const file = join(import.meta.dirname, "conformance.node.ts");

it.skipIf(server === undefined)(
  "the suite also runs with node's own test runner",
  async () => {
    const database = await server?.createDatabase();
    // The runner behaves differently as the child of a run of its own.
    const { NODE_TEST_CONTEXT: _, ...env } = process.env;
    const options = { env: { ...env, DATABASE_URL: database?.url }, maxBuffer: 100 * 1024 * 1024 };
    const args = ["--test", "--test-reporter=tap", `--test-name-pattern= ${topic}[.]`, file];
    const run = promisify(execFile)(process.execPath, args, options);
    // Failed tests end the process with 1. Its output is in the error.
    const { stdout } = await run.catch((failed: { readonly stdout: string }) => failed);
    const cases = conformanceCases.filter(({ key }) => key.startsWith(`${topic}.`));
    expect(stdout).toContain(`# pass ${cases.length}\n# fail 0\n`);
    await database?.drop();
  },
  180_000,
);
