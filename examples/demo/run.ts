import { createEngine, type Engine, type Slot } from "@slotwright/core";
import type { Invariant } from "@slotwright/lab/audit";
import { audit, isClean } from "@slotwright/lab/audit";
import type { DatabaseEngine, FreshDatabase, SqlConnection } from "@slotwright/lab/engines";
import { bad, createProgress, good, heading } from "@slotwright/lab/terminal";
import type { Wish } from "./caller.ts";
import { askAndAccept, cancelAndPassOn } from "./flows.ts";
import { createDesk, type Desk, type LedgerEntry, must } from "./ledger.ts";
import type { Tally } from "./messages.ts";
import type { DemoNodes } from "./nodes.ts";
import type { DemoOptions } from "./options.ts";
import { type RaceResult, race } from "./race.ts";
import * as report from "./report.ts";
import { tamper } from "./tamper.ts";
import { oddDays, readWeek, slotsOfWeek, type Week } from "./week.ts";

export interface Demo {
  readonly engine: DatabaseEngine;
  /** Empty. */
  readonly database: FreshDatabase;
  /** If it is on several servers. */
  readonly nodes: DemoNodes | undefined;
  readonly options: DemoOptions;
  /** Ends the processes of the race. */
  readonly signal: AbortSignal;
}

/** Runs the whole demo. True if nothing went wrong. */
export async function runDemo(demo: Demo): Promise<boolean> {
  const { engine, database, nodes, options } = demo;
  const week = await readWeek(options.week ?? new URL("./week.json", import.meta.url));
  console.log(`${engine.title} ${database.origin}\nDatabase: ${database.shown}`);
  const storage = engine.openStorage(nodes?.addresses[0] ?? database.address);
  try {
    await storage.migrate();
    const ledger = await showBookings({ engine: createEngine({ storage }), week, demo });
    if (nodes !== undefined) await showNodes(nodes, ledger);
    const withoutFaults = showFaults(ledger);
    // Whatever went wrong, the state of the database is worth knowing.
    return (await showAudit(demo, ledger)) && withoutFaults;
  } finally {
    await storage.close();
  }
}

interface Stage {
  readonly engine: Engine<never>;
  readonly week: Week;
  readonly demo: Demo;
}

/** Returns every command that was sent, and its answer. */
async function showBookings({ engine, week, demo }: Stage): Promise<readonly LedgerEntry[]> {
  const desk = createDesk(engine);
  const published = await publish(desk, week);
  const { processes, callers } = demo.options;
  const wanted = mostWanted(published, Math.floor((processes * callers) / 2));
  const result = await showRace(desk, wanted, demo);
  const ledger = result.reports.flatMap((one) => one.ledger);
  const wins = winsIn(ledger, published);
  showResult(result, ledger, wins, week);
  await showAccept(desk, week, published);
  await showCancel({ engine, desk, week, wins, ledger });
  return [...desk.ledger, ...ledger];
}

async function publish(desk: Desk, week: Week): Promise<readonly Slot[]> {
  const { providerId, facilityId, timeZone } = week;
  console.log(heading(`1. ${providerId} publishes a week at ${facilityId}, from ${week.monday} (${timeZone})`));
  const command = { providerId, facilityId, timeZone, slots: [...slotsOfWeek(week)], reason: "The week's hours" };
  const actor = { kind: "provider", id: providerId };
  const { slots } = await must(desk.send("createSlots", { ...command, actor, idempotencyKey: "week/publish" }));
  const days = Map.groupBy(slots, ({ start }) => report.localTime(start, timeZone).day);
  for (const [day, ofDay] of days) console.log(`   ${day}  ${String(ofDay.length).padStart(3)} seats`);
  for (const [date, hours] of oddDays(week)) console.log(`   The clocks change: ${date} has ${hours} hours.`);
  return slots;
}

/** The earliest times, complete, so that there are about as many seats as requested. */
function mostWanted(slots: readonly Slot[], seats: number): readonly Slot[] {
  const inOrder = slots.toSorted((a, b) => a.start.getTime() - b.start.getTime());
  const last = inOrder[Math.min(seats, inOrder.length) - 1];
  return inOrder.filter(({ start }) => last !== undefined && start <= last.start);
}

async function showRace(desk: Desk, wanted: readonly Slot[], demo: Demo): Promise<RaceResult> {
  const { options, database, nodes, signal } = demo;
  const { processes, callers } = options;
  console.log(heading(`2. ${processes} processes with ${callers} callers each race for ${wanted.length} seats`));
  const blocked = await blockLast(desk, wanted);
  console.log(`   The last one is blocked after everybody has seen it as free: ${wanted.length - blocked} can be had.`);
  const seats = wanted.length - blocked;
  const progress = createProgress(seats);
  const textOf = ({ booked, answered }: Tally) => `${booked} of ${seats} seats booked, ${answered} answers`;
  const wishes = wanted.map(wishOf);

  const result = await race({
    databases: (nodes?.addresses ?? [database.address]).map((address) => ({ engine: options.engine, address })),
    processes,
    callers,
    wishes,
    signal,
    onTally: (tally) => {
      nodes?.watch(tally.booked, seats);
      progress.update(tally.booked, textOf(tally));
    },
  });
  const ledger = result.reports.flatMap((one) => one.ledger);
  const booked = ledger.filter(report.isWin).length;
  progress.finish(booked, textOf({ booked, answered: ledger.filter((one) => !one.repeated).length }));
  return result;
}

/** The callers' screens were loaded before, so some callers will ask for it anyway. */
async function blockLast(desk: Desk, wanted: readonly Slot[]): Promise<number> {
  const last = wanted.at(-1);
  if (last === undefined || wanted.length < 2) return 0;
  const actor = { kind: "provider", id: last.providerId };
  await must(desk.send("block", { actor, slotId: last.id, reason: "Lunch", idempotencyKey: "lunch/block" }));
  return 1;
}

function wishOf({ id, providerId, facilityId, start, end }: Slot): Wish {
  return { slotId: id, providerId, facilityId, start: start.toISOString(), end: end.toISOString() };
}

function winsIn(ledger: readonly LedgerEntry[], slots: readonly Slot[]): readonly report.Win[] {
  const byId = new Map(slots.map((slot) => [slot.id, slot]));
  return ledger.filter(report.isWin).flatMap(({ actorId, shown }) =>
    shown.flatMap(({ id }) => {
      const slot = byId.get(id);
      return slot === undefined ? [] : [{ subjectId: actorId, slot }];
    }),
  );
}

function showResult(
  result: RaceResult,
  ledger: readonly LedgerEntry[],
  wins: readonly report.Win[],
  { timeZone }: Week,
): void {
  console.log(heading(`3. Who won (p2-c07 is caller 7 of process 2)`));
  console.log(report.winners(wins, timeZone));
  console.log(report.perProcess(result));
  console.log(heading("4. Refusals by code"));
  console.log(report.refusalsByCode(ledger));
  console.log(heading("5. Latencies in milliseconds, and throughput"));
  console.log(report.latencies(ledger));
  console.log(report.throughput(result, ledger));
}

async function showAccept(desk: Desk, week: Week, published: readonly Slot[]): Promise<void> {
  console.log(heading("6. A patient asks for a time without a slot, and the provider accepts"));
  const lastEnd = new Date(Math.max(...published.map(({ end }) => end.getTime())));
  const { asked, slot, confirmed } = await askAndAccept(desk, week, lastEnd);
  const { day, time } = report.localTime(asked.start, week.timeZone);
  console.log(`   ${asked.subjectId} asks for ${day} ${time}: the appointment is ${asked.status}.`);
  console.log(`   ${week.providerId} publishes slot ${slot.id} and accepts: the appointment is ${confirmed.status}.`);
}

interface AfterRace {
  readonly engine: Engine<never>;
  readonly desk: Desk;
  readonly week: Week;
  readonly wins: readonly report.Win[];
  readonly ledger: readonly LedgerEntry[];
}

async function showCancel({ engine, desk, week, wins, ledger }: AfterRace): Promise<void> {
  console.log(heading("7. A winner cancels, and the slot goes to the next caller"));
  const [win] = wins;
  if (win === undefined) return;
  const winners = new Set(wins.map(({ subjectId }) => subjectId));
  const next = ledger.find(({ actorId }) => !winners.has(actorId))?.actorId ?? "latecomer";
  const { appointmentId } = await engine.getSlot(win.slot.id);
  const holder = await engine.getAppointment(appointmentId ?? "");
  const passed = await cancelAndPassOn(desk, win.slot.id, holder, next);
  const { day, time } = report.localTime(win.slot.start, week.timeZone);
  console.log(`   ${next} wants ${day} ${time}, which ${win.subjectId} has. The screen gets:`);
  console.log(JSON.stringify(passed.refusal, null, 2).replace(/^/gm, "   "));
  console.log(`   ${win.subjectId} cancels: the appointment is ${passed.cancelled.status}, and its slot free.`);
  console.log(`   ${next} tries again: the appointment is ${passed.booked.status}.`);
  console.log(heading("8. The journal of that slot"));
  const { items } = await engine.history({ slotId: win.slot.id });
  console.log(report.journal(items));
}

async function showNodes(nodes: DemoNodes, ledger: readonly LedgerEntry[]): Promise<void> {
  console.log(heading(`A node of ${nodes.urls.length} was killed meanwhile`));
  for (const line of await nodes.bringBack(ledger)) console.log(`   ${line}`);
}

/** True if there are none. */
function showFaults(ledger: readonly LedgerEntry[]): boolean {
  const faults = report.faults(ledger);
  console.log(heading("9. Unexpected errors: of the driver, or of a busy database"));
  if (faults.length === 0) console.log("   None.");
  for (const { commandId, command, problem } of faults)
    console.log(`   ${bad("FAULT")} ${command} ${commandId}: ${problem}`);
  return faults.length === 0;
}

/** True if every invariant holds. */
async function showAudit(demo: Demo, ledger: readonly LedgerEntry[]): Promise<boolean> {
  const { engine, database, options } = demo;
  if (options.breaks !== undefined) await showTampering(demo, options.breaks as Invariant);
  console.log(
    heading("10. The invariants, checked by plain SQL on the database and against what the callers were told"),
  );
  let isSound = true;
  for (const [place, url] of (demo.nodes?.urls ?? [database.address]).entries()) {
    const found = await onConnection(engine, url, (connection) => audit(connection, engine.dialect, ledger));
    if (demo.nodes !== undefined) console.log(`Node ${place + 1}`);
    console.log(report.auditLines(found));
    isSound &&= isClean(found);
  }
  console.log(isSound ? good("All invariants hold.") : bad("Invariants are broken."));
  console.log(`\n${options.keep ? database.afterwards.kept : database.afterwards.gone}`);
  return isSound;
}

async function showTampering(demo: Demo, invariant: Invariant): Promise<void> {
  console.log(heading(`Invariant ${invariant} is broken by hand, as requested`));
  console.log(
    `   ${await onConnection(demo.engine, demo.database.address, (connection) => tamper(connection, demo.engine, invariant))}`,
  );
}

async function onConnection<Result>(
  { connect }: DatabaseEngine,
  address: string,
  work: (connection: SqlConnection) => Promise<Result>,
): Promise<Result> {
  const connection = await connect(address);
  try {
    return await work(connection);
  } finally {
    await connection.close();
  }
}
