import { rmSync } from "node:fs";
import { mkdtemp } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { isBookingError } from "@slotwright/core";
import { type DemoOptions, parseOptions, usage } from "./options.ts";
import { runDemo } from "./run.ts";
import { bad } from "./tables.ts";
import { WeekError } from "./week.ts";

function readOptions(): DemoOptions | "help" | undefined {
  try {
    return parseOptions(process.argv.slice(2));
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    return undefined;
  }
}

async function freshFolder(keep: boolean): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "slotwright-demo-"));
  // An interrupted demo tidies up, too.
  for (const signal of ["SIGINT", "SIGTERM"] as const) process.once(signal, () => process.exit(1));
  if (!keep) process.once("exit", () => rmSync(folder, { recursive: true, force: true }));
  return folder;
}

async function main(): Promise<number> {
  const options = readOptions();
  if (options === undefined) return 2;
  if (options === "help") {
    console.log(usage);
    return 0;
  }
  try {
    const passed = await runDemo(options, join(await freshFolder(options.keep), "bookings.sqlite"));
    return passed ? 0 : 1;
  } catch (error) {
    // Those two are written for people; of anything else, the stack is wanted.
    const isForPeople = isBookingError(error) || error instanceof WeekError;
    console.error(bad("The demo failed:"), isForPeople ? error.message : error);
    return 1;
  }
}

process.exitCode = await main();
