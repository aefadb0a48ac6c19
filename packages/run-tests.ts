/**
 * Everything a change must pass: the tests, and beside them the checks of what is written, built and published. Long
 * tests, such as those of proof, benchmarks and clusters, run with `--all`, and in CI. What else is given is passed on to
 * Vitest: `npx --yes pnpm@12 test packages/core` runs the tests of one package, and all checks.
 */
import { checksBeside } from "./test-servers/src/vitest/checks-beside.ts";

const script = (name: string) => ({ name, words: ["pnpm", "run", name] }) as const;

const given = process.argv.slice(2).filter((word) => word !== "--all");
const leavesOut = process.argv.length === 2 && process.env.CI !== "true";
if (leavesOut) process.env.TESTS_LEAVE_OUT = "long files";

// Ctrl-C reaches all of them. This program waits for Vitest, which stops the servers.
process.on("SIGINT", () => {});
const print = (text: string) => process.stdout.write(`${text}\n`);
const tests = { name: "vitest", words: ["vitest", "run", ...given] } as const;
const checks = ["lint", "types", "unused", "packages"].map(script);
process.exitCode = await checksBeside(tests, checks, print);
if (leavesOut)
  print("Left out: long tests, such as those of proof, benchmarks and clusters. With --all they run, too, as in CI.");
