import { existsSync } from "node:fs";
import { dirname } from "node:path";
import { interruptionSignal } from "@slotwright/lab/interruption";

export interface CommandLine<Options> {
  readonly usage: string;
  /** @throws Error that names the wrong flag */
  readonly parse: (args: readonly string[]) => Options | "help";
  /** Resolves with the exit status. The signal is aborted if somebody wants it to end. */
  readonly run: (options: Options, signal: AbortSignal) => Promise<number>;
}

/** Does what this process was called for, and resolves with its exit status, which is 2 for wrong usage. */
export async function runCommand<Options>({ usage, parse, run }: CommandLine<Options>): Promise<number> {
  let options: Options | "help";
  try {
    options = parse(process.argv.slice(2));
  } catch (error) {
    console.error(`${error instanceof Error ? error.message : String(error)}\n\n${usage}`);
    return 2;
  }
  if (options !== "help") return run(options, interruptionSignal());
  console.log(usage);
  return 0;
}

/** The names that were given for a flag, in the order in which they are known. All of them if none was given. */
export function chosen<Name extends string>(
  flag: string,
  given: readonly string[] | undefined,
  names: readonly Name[],
): readonly Name[] {
  const unknown = given?.find((name) => !names.includes(name as Name));
  if (unknown !== undefined) throw new Error(`${flag} must be one of ${names.join(", ")}, not "${unknown}"`);
  return names.filter((name) => given === undefined || given.includes(name));
}

/** A file that can be created. It is better to know now than after an hour. */
export function writableFile(flag: string, file: string): string {
  if (!existsSync(dirname(file))) throw new Error(`${flag}: there is no such folder`);
  return file;
}
