import { commandNames, type Engine } from "@slotwright/core";
import type { RecordedEngine } from "./linearizability/record.ts";

/** The same engine, each of whose commands runs in a transaction of its own, as where a host has rows beside it. */
export function inTransactions(engine: Engine): RecordedEngine {
  const commands = commandNames
    .filter((name) => name !== "repair")
    .map((name) => [
      name,
      (input: unknown) =>
        engine.transaction(({ engine: inside }) => (inside[name] as (input: unknown) => Promise<unknown>)(input)),
    ]);
  return { ...engine, ...Object.fromEntries(commands) };
}

/** Every third caller, so that those who use transactions meet each other, and those who do not. */
export function asCaller(index: number, engine: Engine): RecordedEngine {
  return index % 3 === 2 ? inTransactions(engine) : engine;
}
