import type { Appointment } from "../model/appointment.ts";
import type { CommandInput } from "../model/commands.ts";
import type { CreatedSoFar, CreateManySlotsInput } from "../model/create-many-slots.ts";
import { type CommandName, commandNames, type JournalEntry } from "../model/journal.ts";
import type { HistoryInput, ListAppointmentsInput, ListSlotsInput } from "../model/queries.ts";
import type { Slot } from "../model/slot.ts";
import type { CommandResult } from "../rules/index.ts";
import { checkSync, type SyncReport } from "./check-sync.ts";
import { createManySlots } from "./create-many-slots.ts";
import { type EngineOptions, type EngineSettings, settingsOf } from "./options.ts";
import type { Page } from "./page.ts";
import { getAppointment, getSlot, history, listAppointments, listSlots } from "./reads.ts";
import { type ReconcileInput, type ReconcileReport, reconcile } from "./reconcile.ts";
import { runCommand } from "./run-command.ts";
import { createSpread } from "./spread.ts";

type HostCommand = Exclude<CommandName, "repair">;

/**
 * Every command: an object in, the records as they became out. Rejects with a `BookingError`; only what a function of
 * the host's throws (a policy, `authorize`) passes through as it is.
 */
type Commands = {
  readonly [Name in HostCommand]: (input: CommandInput<Name>) => Promise<CommandResult<Name>>;
};

/**
 * Decides who gets which slot. Every method rejects with a `BookingError`, with one exception: what a function of the
 * host's throws (a policy, `authorize`, or another one among the options) passes through as it is. A command of which
 * a policy or `authorize` throws changes nothing.
 */
export interface Engine<HostTransaction = unknown> extends Commands {
  /**
   * Creates any number of slots on one schedule: as `createSlots`, but a commit for each chunk of them, in the memory
   * of one chunk. Called again with the same key, inputs and `chunkSize`, it goes on where it stopped, and creates
   * nothing twice. An error says in `details.createdSoFar` what is there, and in `index` or `issues` which input it is
   * about; of that input's chunk and the ones after it nothing was created by the call. Rejects with `aborted` once
   * `signal` is.
   */
  readonly createManySlots: (input: CreateManySlotsInput) => Promise<CreatedSoFar>;
  /** The slot as it counts now: with an expired hold it is available. Rejects with `slot_not_found`. */
  readonly getSlot: (slotId: string) => Promise<Slot>;
  /** Rejects with `appointment_not_found`. */
  readonly getAppointment: (appointmentId: string) => Promise<Appointment>;
  /** Slots by when they start, a page at a time. By `statuses` only with `providerIds`, or both `from` and `to`. */
  readonly listSlots: (input: ListSlotsInput) => Promise<Page<Slot>>;
  /**
   * Appointments by when they start, a page at a time. By `statuses` or `facilityId` only with `providerIds`, a
   * `subjectId`, or both `from` and `to`.
   */
  readonly listAppointments: (input: ListAppointmentsInput) => Promise<Page<Appointment>>;
  /** Who did what to a slot or an appointment, and why: oldest first, a page at a time. */
  readonly history: (input: HistoryInput) => Promise<Page<JournalEntry>>;
  /** Whether a slot and its appointment agree, and if not, which invariant is broken by which records. */
  readonly checkSync: (slotId: string) => Promise<SyncReport>;
  /** Finds where slots and appointments disagree, repairs what has one right answer, reports the rest. */
  readonly reconcile: (input: ReconcileInput) => Promise<ReconcileReport>;
  /** The same engine inside a transaction that the host opened: all of it commits or vanishes with the host's rows. */
  within(transaction: HostTransaction): Engine<HostTransaction>;
}

/**
 * An engine on the given storage, whose tables must exist (`storage.migrate()`).
 *
 * @example
 * ```ts
 * const engine = createEngine({ storage: memoryAdapter() });
 * const actor = { kind: "provider", id: "dr-grey" };
 * const { slots } = await engine.createSlots({ actor, providerId: "dr-grey", facilityId: "north", slots: [
 *   { start: "2026-03-02T09:00:00+01:00", end: "2026-03-02T09:30:00+01:00" },
 * ] });
 * await engine.book({ actor: { kind: "patient", id: "p-1" }, slotId: slots[0].id, subjectId: "p-1" });
 * ```
 */
export function createEngine<HostTransaction>(options: EngineOptions<HostTransaction>): Engine<HostTransaction> {
  return engineWith(settingsOf(options));
}

function engineWith<HostTransaction>(settings: EngineSettings): Engine<HostTransaction> {
  return {
    ...commandsOf(settings),
    createManySlots: (input) => createManySlots(settings, input),
    getSlot: (id) => getSlot(settings, id),
    getAppointment: (id) => getAppointment(settings, id),
    listSlots: (input) => listSlots(settings, input),
    listAppointments: (input) => listAppointments(settings, input),
    history: (input) => history(settings, input),
    checkSync: (id) => checkSync(settings, id),
    reconcile: (input) => reconcile(settings, input),
    within: (transaction) => engineWith(settingsWithin(settings, transaction)),
  };
}

function settingsWithin(settings: EngineSettings, transaction: unknown): EngineSettings {
  const storage = settings.storage.within(transaction);
  return { ...settings, storage, spread: createSpread(storage, settings.random), isHostTransaction: true };
}

function commandsOf(settings: EngineSettings): Commands {
  const names = commandNames.filter((name): name is HostCommand => name !== "repair");
  const commands = names.map((name) => [name, (input: unknown) => runCommand(settings, name, input)]);
  return Object.fromEntries(commands) as Commands;
}
