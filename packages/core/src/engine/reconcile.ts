import type { z } from "zod";
import { BookingError, isBookingError } from "../errors/index.ts";
import type { Appointment } from "../model/appointment.ts";
import { copyOf } from "../model/plain-json.ts";
import { reconcileSchema } from "../model/queries.ts";
import type { WindowInput } from "../model/read-inputs.ts";
import { overlapping, type SlotSearch } from "../model/search.ts";
import { occupyingStatuses, type Slot } from "../model/slot.ts";
import type { Actor } from "../model/values.ts";
import { awaitedAnswerOf } from "../rules/answers.ts";
import { appointmentKey, slotKey } from "../rules/find.ts";
import { appointmentFaults, type SyncFault, slotFaults } from "../rules/sync.ts";
import type { Position } from "../storage/adapter.ts";
import { endedEarly } from "./ended-early.ts";
import { storageUntil } from "./engine-storage.ts";
import { inspectAppointment, inspectSlot, loadMap } from "./inspect.ts";
import { OpenSlots } from "./open-slots.ts";
import type { EngineSettings } from "./options.ts";
import { parseFor } from "./parse.ts";
import { createMovedSearch, type MovedSlot, movedSlots } from "./reconcile-moved.ts";
import { retryReads, settingsUntil } from "./retry.ts";
import { commandFrom, runCommand } from "./run-command.ts";

/** A fault that `reconcile` found, and what became of it. */
export interface Finding extends SyncFault {
  /** `repaired`: it is gone; `repairable`: it would be, without `dryRun`; `manual`: a person must decide. */
  readonly outcome: "repaired" | "repairable" | "manual";
}

/** What `reconcile` found and did. */
export interface ReconcileReport {
  /** As in the input. */
  readonly dryRun: boolean;
  /** How many records were read. */
  readonly scanned: { readonly slots: number; readonly appointments: number };
  /** How many faults are gone. */
  readonly repaired: number;
  /** How many faults would be gone without `dryRun`. */
  readonly repairable: number;
  /** How many faults a person must decide about. */
  readonly manual: number;
  /** The first `keepFindings` findings. */
  readonly findings: readonly Finding[];
  /**
   * Future slots that were published, or made for the booking of an opening, by other rules of their time zone, so that the
   * clocks show another time than they did: the first `keepFindings`. What is free is withdrawn, if the hours do not offer it any more, and published at its new time.
   */
  readonly moved: readonly MovedSlot[];
  /** How many there are. */
  readonly movedCount: number;
}

/** What `reconcile` takes. */
export interface ReconcileInput extends WindowInput {
  /** Who repairs. It is written to the journal. */
  readonly actor: Actor;
  /** Whether to report only, and change nothing. Default `false`. */
  readonly dryRun?: boolean | undefined;
  /** The most findings in the report: 0 to 100 000. All of them are counted. Default 1000. */
  readonly keepFindings?: number | undefined;
  /**
   * Called with each finding as it is made, and awaited. An error that it throws ends the call, and repairs stay.
   * Default: none.
   */
  readonly onFinding?: ((finding: Finding) => unknown) | undefined;
}

/** Records read at a time. Memory stays within a few pages, however long the range is. */
const pageSize = 500;

interface Run {
  readonly settings: EngineSettings;
  readonly input: z.output<typeof reconcileSchema>;
  readonly report: { -readonly [K in keyof ReconcileReport]: ReconcileReport[K] } & {
    scanned: { slots: number; appointments: number };
    findings: Finding[];
    moved: MovedSlot[];
  };
  readonly movedSearch: ReturnType<typeof createMovedSearch>;
  /** What `onFinding` has thrown, which is passed on as it is. */
  readonly thrown: unknown[];
}

/**
 * Finds where slots and appointments disagree, over all that start in [from, to). Repairs each fault that has one right
 * answer, by a command of its own with its line in the journal, and reports what a person must decide. The same of slots whose local
 * time has changed with the rules of their zones. Bookings may go on meanwhile. A second run changes nothing.
 * @throws BookingError
 */
export async function reconcile(settings: EngineSettings, input: ReconcileInput): Promise<ReconcileReport> {
  const parsed = parseFor(settings.actor, reconcileSchema, input);
  await refuseReconciler(settings, parsed);
  const { dryRun } = parsed;
  const counts = { repaired: 0, repairable: 0, manual: 0, findings: [], moved: [], movedCount: 0 };
  const report: Run["report"] = { dryRun, scanned: { slots: 0, appointments: 0 }, ...counts };
  const run: Run = { settings, input: parsed, report, movedSearch: createMovedSearch(settings), thrown: [] };
  try {
    await reconcileSlots(run);
    await reconcileAppointments(run);
    await reconcileMoved(run);
    return report;
  } catch (error) {
    const done = { call: "reconcile", changed: { repaired: report.repaired } } as const;
    throw run.thrown.includes(error) ? error : endedEarly(settings, error, done);
  }
}

/** @throws BookingError `forbidden` */
async function refuseReconciler({ authorize, clock }: EngineSettings, parsed: Run["input"]): Promise<void> {
  const { onFinding: _, ...input } = parsed;
  const { actor } = input;
  const answer = await authorize?.(copyOf({ action: "reconcile", actor, now: clock.now(), input }));
  const said = awaitedAnswerOf(answer, "authorize");
  if (said !== undefined) throw new BookingError("forbidden", { command: "reconcile", actorId: actor.id, ...said });
}

type Window = Pick<SlotSearch, "startFrom" | "startBefore">;

async function* pages<Item extends Position, Search extends Window>(
  { settings }: Run,
  search: Search,
  read: (query: Search & { after?: Position; limit: number }, until: number) => Promise<readonly Item[]>,
): AsyncGenerator<readonly Item[]> {
  let after: Position | undefined;
  for (;;) {
    const query = { ...search, ...(after && { after }), limit: pageSize };
    const page = await retryReads(settings, (until) => read(query, until));
    if (page.length > 0) yield page;
    if (page.length < pageSize) return;
    const { start, id } = page.at(-1) as Item;
    after = { start, id };
  }
}

function windowOf({ input: { from, to } }: Run): Window {
  return { ...(from && { startFrom: from }), ...(to && { startBefore: to }) };
}

async function reconcileSlots(run: Run): Promise<void> {
  const { storage, clock } = run.settings;
  const open = await openAtStart(run);
  for await (const page of pages(run, windowOf(run), (query, until) =>
    storage.findSlots({ ...query, asOf: clock.now() }, until),
  )) {
    run.report.scanned.slots += page.length;
    await run.movedSearch.look(page);
    open.dropEnded((page[0] as Slot).start);
    const keys = page.flatMap(({ appointmentId }) => (appointmentId === null ? [] : [appointmentKey(appointmentId)]));
    const lookup = await retryReads(run.settings, (until) => loadMap(storageUntil(storage, until), keys));
    for (const slot of page) {
      const appointment = lookup(appointmentKey(slot.appointmentId ?? "")) as Appointment | undefined;
      const neighbours = [open.meet(slot) ?? []].flat();
      const isSuspect = slotFaults(slot, { appointment, claimant: undefined, neighbours }).length > 0;
      if (isSuspect) await settleSlot(run, slot.id, neighbours);
    }
  }
}

/** Once the faults are gone: what is published meets what is there. */
async function reconcileMoved({ settings, input, report, movedSearch }: Run): Promise<void> {
  for (const availability of movedSearch.suspects) {
    for await (const slot of movedSlots(settings, availability, input)) {
      report.movedCount += 1;
      if (report.moved.length < input.keepFindings) report.moved.push(slot);
    }
  }
}

/** Bookings went on since the page was read. Only a fault that a look at one moment confirms is one. */
async function settleSlot(run: Run, id: string, earlier: readonly Slot[]): Promise<void> {
  const inspected = await retryReads(run.settings, (until) => inspectSlot(settingsUntil(run.settings, until), id));
  if (inspected === undefined) return;
  // Reports each fault once: an overlap with the later slot, a lost slot with the appointment that counts on it.
  const faults = inspected.ofSlot.filter(({ kind, records }) => {
    if (kind === "slot_overlap") return earlier.some((other) => other.id === records[1]?.id);
    return kind !== "appointment_without_slot";
  });
  await settle(run, { kind: "slot", id }, faults, inspected.claimantId);
}

async function settleAppointment(run: Run, appointmentId: string): Promise<void> {
  const faults = await retryReads(run.settings, (until) =>
    inspectAppointment(settingsUntil(run.settings, until), appointmentId),
  );
  await settle(run, { kind: "appointment", id: appointmentId }, faults);
}

/** What is open at the beginning of the range began earlier. */
async function openAtStart(run: Run): Promise<OpenSlots> {
  const open = new OpenSlots();
  const { from } = run.input;
  if (from === undefined) return open;
  const { storage, clock } = run.settings;
  const search = { ...overlapping({ start: from, end: from }), statuses: occupyingStatuses };
  for await (const page of pages(run, search, (query, until) =>
    storage.findSlots({ ...query, asOf: clock.now() }, until),
  )) {
    for (const slot of page) open.meet(slot);
  }
  return open;
}

async function reconcileAppointments(run: Run): Promise<void> {
  const { storage } = run.settings;
  for await (const page of pages(run, windowOf(run), (query, until) => storage.findAppointments(query, until))) {
    run.report.scanned.appointments += page.length;
    const keys = page.flatMap(({ slotIds }) => slotIds.map(slotKey));
    const slots = await retryReads(run.settings, (until) => loadMap(storageUntil(storage, until), keys));
    for (const appointment of page) {
      const faults = appointmentFaults(appointment, (id) => slots(slotKey(id)) as Slot | undefined);
      if (faults.length > 0) await settleAppointment(run, appointment.id);
    }
  }
}

/** Repairs what it can, and adds up what became of each fault. */
async function settle(
  run: Run,
  record: { readonly kind: "slot" | "appointment"; readonly id: string },
  faults: readonly SyncFault[],
  claimantId?: string,
): Promise<void> {
  const repairable = faults.filter(({ repair }) => repair !== null);
  for (const fault of faults) if (fault.repair === null) await note(run, fault, "manual");
  if (run.input.dryRun) {
    for (const fault of repairable) await note(run, fault, "repairable");
  } else if (repairable.length > 0) {
    await repairRecord(run, record, repairable, claimantId);
  }
}

async function repairRecord(
  run: Run,
  record: { readonly kind: "slot" | "appointment"; readonly id: string },
  repairable: readonly SyncFault[],
  claimantId?: string,
): Promise<void> {
  const { actor } = run.input;
  const command = { actor, record, ...(claimantId !== undefined && { claimantId }) };
  let repaired: readonly SyncFault[];
  try {
    repaired = (await runCommand(run.settings, commandFrom("repair", command))).faults;
  } catch (error) {
    // Deleted by hand since it was seen. Nothing is left to repair.
    if (isBookingError(error, "slot_not_found") || isBookingError(error, "appointment_not_found")) return;
    // Another fault of the same record makes the database's guards refuse. A person must decide about that one.
    if (!isBookingError(error, "invalid_transition")) throw error;
    for (const fault of repairable) await note(run, fault, "manual");
    return;
  }
  for (const fault of repaired) await note(run, fault, "repaired");
}

async function note({ report, input, thrown }: Run, fault: SyncFault, outcome: Finding["outcome"]): Promise<void> {
  const finding: Finding = { ...fault, outcome };
  report[outcome] += 1;
  if (report.findings.length < input.keepFindings) report.findings.push(finding);
  try {
    await input.onFinding?.(copyOf(finding));
  } catch (error) {
    thrown.push(error);
    throw error;
  }
}
