import type { StorageAdapter } from "@slotwright/core";
import { unlessAborted } from "@slotwright/lab/interruption";
import { Temporal } from "temporal-polyfill";
import type { ClinicOptions } from "../options.ts";
import { damage } from "./damage.ts";
import { type ClinicDatabase, openDatabase } from "./database.ts";
import { seed, today } from "./seed/seed.ts";
import { startServer } from "./server.ts";

export interface OpenClinic {
  readonly url: string;
  /** Where its data are. */
  readonly about: string;
  /** What was damaged by hand, if that was asked for. */
  readonly damaged: string | undefined;
}

type Work = (clinic: OpenClinic) => Promise<void>;

/** Opens the clinic, does the work, and closes the server, then its storage, and then the database. */
export async function withClinic(options: ClinicOptions, signal: AbortSignal, work: Work): Promise<void> {
  const database = await openDatabase(options.engine, options.database, signal);
  try {
    const storage = database.engine.openStorage(database.address);
    try {
      const damaged = await unlessAborted(signal, () => prepare(storage, database, options));
      await withServer(storage, options, (url) => work({ url, about: database.about, damaged }));
    } finally {
      await storage.close();
    }
  } finally {
    await database.end();
  }
}

/** Fills the database, and damages it if that is asked for. */
async function prepare(
  storage: StorageAdapter<never>,
  database: ClinicDatabase,
  { from, breaks }: ClinicOptions,
): Promise<string | undefined> {
  await storage.migrate();
  const now = Temporal.Now.instant();
  await seed(storage, { from: from ?? today(now), now });
  return breaks ? damage(storage, database) : undefined;
}

async function withServer(
  storage: StorageAdapter<never>,
  { from, port }: ClinicOptions,
  work: (url: string) => Promise<void>,
): Promise<void> {
  const server = await startServer({ storage, port, liveDays: liveDaysFor(from) });
  try {
    await work(server.url);
  } finally {
    await server.stop();
  }
}

/** Free times are searched in memory so many days ahead: beyond the last week that is filled, if that can be. */
function liveDaysFor(from: Temporal.PlainDate | undefined): number {
  const days = from === undefined ? 0 : today(Temporal.Now.instant()).until(from).days;
  return Math.min(Math.max(days, 0) + 60, 400);
}
