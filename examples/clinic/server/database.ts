import { resolve } from "node:path";
import { type DatabaseEngine, type EngineName, loadEngine } from "@slotwright/lab/engines";

export interface ClinicDatabase {
  readonly engine: DatabaseEngine;
  /** A file or a URL. */
  readonly address: string;
  /** Where it is, and how long it stays, as a sentence or two. */
  readonly about: string;
  /** Drops it, unless it stays. */
  readonly end: () => Promise<void>;
}

/**
 * @param address a file or a URL. Undefined: a new database, which is dropped at the end
 * @throws NoDatabaseError
 */
export async function openDatabase(
  name: EngineName,
  address: string | undefined,
  signal: AbortSignal,
): Promise<ClinicDatabase> {
  const engine = await loadEngine(name);
  if (address === undefined) return newDatabase(engine, signal);
  const [where, about] = name === "sqlite" ? inFile(resolve(address)) : [address, "on a database that stays."];
  return { engine, address: where, about: `${engine.title}, ${about}`, end: async () => {} };
}

const inFile = (file: string): readonly [string, string] => [
  file,
  `in the file ${file}. It stays. To begin anew, remove it while the clinic is closed.`,
];

async function newDatabase(engine: DatabaseEngine, signal: AbortSignal): Promise<ClinicDatabase> {
  const { address, shown, end } = await engine.createDatabase(signal);
  const about = `${engine.title}, in a new database that is dropped when the clinic closes: ${shown}`;
  return { engine, address, about, end: () => end({ keep: false }) };
}
