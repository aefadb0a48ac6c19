import { type ChildProcess, fork } from "node:child_process";
import { once } from "node:events";
import type { MigrationReport, StorageAdapter } from "@slotwright/core/adapter";
import { type BookingTask, bookingReport } from "./booking-callers.ts";

/** What a process does on its own storage: it runs callers that book, or it migrates. */
interface ProcessTask {
  /** The options of its storage. */
  readonly options: object;
  readonly booking?: BookingTask;
}

/**
 * Makes a program one that `bookingRace` and `migrateInProcesses` can start. Its file awaits this and does nothing
 * else.
 */
export async function storageProcess<Options>(open: (options: Options) => StorageAdapter): Promise<void> {
  const { options, booking } = JSON.parse(process.argv[2] ?? "");
  const storage = open(options);
  const task = booking === undefined ? () => storage.migrate() : await bookingReport(storage, booking);
  process.send?.("ready");
  await once(process, "message");
  const report = await task();
  await storage.close();
  process.send?.(report);
}

/** Starts a process for each order. They begin once all of them are ready, because otherwise they would take turns. */
export async function inProcesses<Report>(program: URL, orders: readonly ProcessTask[]): Promise<readonly Report[]> {
  const children = orders.map((order) => fork(program, [JSON.stringify(order)], { execArgv: [] }));
  try {
    await Promise.all(children.map(wordOf));
    for (const child of children) child.send("begin");
    return (await Promise.all(children.map(wordOf))) as readonly Report[];
  } finally {
    // This also ends those that are still waiting for a message.
    for (const child of children) if (child.connected) child.disconnect();
  }
}

async function wordOf(child: ChildProcess): Promise<unknown> {
  const ended = once(child, "exit").then(([code]) => Promise.reject(new Error(`A process ended with ${code}.`)));
  const [word] = await Promise.race([once(child, "message"), ended]);
  return word;
}

/** Migrates in one process for each of these options, all at once. */
export function migrateInProcesses(program: URL, options: readonly object[]): Promise<readonly MigrationReport[]> {
  return inProcesses(
    program,
    options.map((one) => ({ options: one })),
  );
}
