import { commandNames, type Engine } from "@slotwright/core";
import type { RecordedEngine } from "./linearizability/record.ts";

/**
 * The same engine, but each command runs in a transaction of its own, as in a host that writes rows beside the booking.
 */
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

/** Every third caller, so that callers with and without transactions meet their own kind and each other. */
export function asCaller(index: number, engine: Engine): RecordedEngine {
  return index % 3 === 2 ? inTransactions(engine) : engine;
}
