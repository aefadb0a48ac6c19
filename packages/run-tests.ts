/**
 * Everything a change must pass: the tests, and beside them the checks of what is written, built and published. What is
 * given is passed on to Vitest: `npx --yes pnpm@12 test packages/core` runs the tests of one package, and all checks.
 */
import { checksBeside } from "./test-servers/src/vitest/checks-beside.ts";

const script = (name: string) => ({ name, words: ["pnpm", "run", name] }) as const;

// Ctrl-C reaches all of them. This program waits for Vitest, which stops the servers.
process.on("SIGINT", () => {});
const tests = { name: "vitest", words: ["vitest", "run", ...process.argv.slice(2)] } as const;
const checks = ["lint", "types", "unused", "packages"].map(script);
process.exitCode = await checksBeside(tests, checks, (text) => process.stdout.write(`${text}\n`));
