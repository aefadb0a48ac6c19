import { execFile } from "node:child_process";
import { createRequire } from "node:module";
import { join } from "node:path";
import { promisify } from "node:util";
import { expect, it } from "vitest";

const folder = join(import.meta.dirname, "jest");
const require = createRequire(import.meta.url);

it("two test files of one Jest process that each wait for a busy file both pass", async () => {
  // One process for both: in the second, better-sqlite3 throws errors of the first file's realm, too.
  const jest = require.resolve("jest/bin/jest");
  const args = ["--experimental-vm-modules", jest, "--runInBand", "--config", join(folder, "jest.config.mjs")];
  const { stderr } = await promisify(execFile)(process.execPath, args, { env: { ...process.env, NODE_OPTIONS: "" } });
  expect(stderr).toMatch(/Tests: +2 passed, 2 total/);
}, 120_000);
