import { on } from "node:events";
import { setTimeout as sleep } from "node:timers/promises";
import { createEngine } from "@slotwright/core";
import { loadEngine } from "@slotwright/lab/engines";
import { tryToBook } from "./caller.ts";
import { createDesk, type LedgerEntry } from "./ledger.ts";
import type { FromWorker, Tally, Task, ToWorker } from "./messages.ts";

/** One process of the race, with its own connections to the database. It shares nothing else with the others. */

const tallyEveryMs = 50;

/** Resolves when the message has been handed over. A process that exits earlier loses it. */
function tell(message: FromWorker): Promise<void> {
  return new Promise((resolve) => process.send?.(message, undefined, undefined, () => resolve()));
}

/** Reported from within the work, not by a timer: with a database that answers at once, timers hardly get a turn. */
function createTally(): (entry: LedgerEntry) => void {
  let toldAt = performance.now();
  let tally: Tally = { answered: 0, booked: 0 };
  return ({ command, outcome, repeated }) => {
    if (repeated) return;
    const isBooking = command === "book" && outcome === "done";
    tally = { answered: tally.answered + 1, booked: tally.booked + (isBooking ? 1 : 0) };
    if (performance.now() - toldAt < tallyEveryMs) return;
    toldAt = performance.now();
    void tell({ type: "tally", ...tally });
  };
}

async function run({ database, callers, wishes }: Task, start: Promise<number>): Promise<void> {
  const { openStorage } = await loadEngine(database.engine);
  const storage = openStorage(database.address);
  const engine = createEngine({ storage });
  const desk = createDesk(engine, createTally());
  // Opens the database, so that no caller pays for that during the race.
  await engine.listSlots({ limit: 1 });
  await tell({ type: "ready" });
  await sleep((await start) - Date.now());
  await Promise.all(callers.map((caller) => tryToBook(desk, caller, wishes)));
  await storage.close();
  await tell({ type: "report", pid: process.pid, ledger: desk.ledger });
}

const start = Promise.withResolvers<number>();
for await (const [message] of on(process, "message", { close: ["disconnect"] }) as AsyncIterable<[ToWorker]>) {
  if (message.type === "go") start.resolve(message.at);
  else void run(message, start.promise).then(() => process.disconnect());
}
// Also if the parent went away before the end.
process.exit();
