import { z } from "zod";
import type { Appointment } from "../model/appointment.ts";
import type { CommandInput } from "../model/commands.ts";
import type { CreatedSoFar, CreateManySlotsInput } from "../model/create-many-slots.ts";
import { type CommandName, commandNames, type JournalEntry } from "../model/journal.ts";
import type { HistoryInput, ListAppointmentsInput, ListSlotsInput } from "../model/queries.ts";
import type { Slot } from "../model/slot.ts";
import type { CommandResult } from "../rules/index.ts";
import { checkSync, type SyncReport } from "./check-sync.ts";
import { createManySlots } from "./create-many-slots.ts";
import type { EngineStorage } from "./engine-storage.ts";
import { asCalled, type EngineOptions, type EngineSettings, settingsOf } from "./options.ts";
import type { Page } from "./page.ts";
import { parse } from "./parse.ts";
import { getAppointment, getSlot, history, listAppointments, listSlots } from "./reads.ts";
import { type ReconcileInput, type ReconcileReport, reconcile } from "./reconcile.ts";
import { runCommand } from "./run-command.ts";
import { createSpread } from "./spread.ts";
import { runTransaction } from "./transaction.ts";

type HostCommand = Exclude<CommandName, "repair">;

/**
 * Every command: an object in, the records as they became out. Rejects with a `BookingError`; only what a function of
 * the host's throws (a policy, `authorize`) passes through as it is.
 */
type Commands = {
  readonly [Name in HostCommand]: (input: CommandInput<Name>) => Promise<CommandResult<Name>>;
};

/** What the callback of `transaction` is given. */
export interface InTransaction<HostTransaction, Opened> {
  /** The connection with the open transaction, for the host's own statements: a client of pg, for one. */
  readonly transaction: Opened;
  /** The engine within it. */
  readonly engine: Engine<HostTransaction, Opened>;
}

/**
 * Decides who gets which slot. Every method rejects with a `BookingError`, with one exception: what a function of the
 * host's throws (a policy, `authorize`, or another one among the options) passes through as it is. A command of which
 * a policy or `authorize` throws changes nothing.
 */
export interface Engine<HostTransaction = unknown, Opened = unknown> extends Commands {
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
  within(transaction: HostTransaction): Engine<HostTransaction, Opened>;
  /**
   * Opens a transaction, in which the booking and the host's own rows commit or vanish together: BEGIN, the callback,
   * COMMIT. Resolves with what the callback returns, once all of it is durable. If the callback throws, everything is
   * rolled back, and the call rejects with the same error. A refusal that the callback catches leaves the transaction
   * usable.
   *
   * Where another transaction is in the way (`storage_busy` with `repeat: "transaction"`, which the callback lets pass or
   * throws as the `cause` of an error of its own), all of it is rolled back and run again within the budget for retries,
   * so the callback must keep no state and send no message. After that the call rejects with `storage_busy`. Rejects with
   * `outcome_unknown` if the connection is lost during COMMIT: all of it took effect, or nothing. It can be sent again if
   * its commands carry idempotency keys.
   *
   * The isolation level is READ COMMITTED. The connection is the engine's: leave `release`, COMMIT and ROLLBACK to it.
   * Within a transaction, call only the engine that the callback is given, and await what it returns.
   *
   * @example
   * ```ts
   * const booked = await engine.transaction(async ({ transaction, engine }) => {
   *   const booked = await engine.book({ actor, slotId, subjectId, idempotencyKey });
   *   await transaction.query("insert into invoices (appointment_id) values ($1)", [booked.appointment.id]);
   *   return booked;
   * });
   * ```
   */
  transaction<Result>(callback: (opened: InTransaction<HostTransaction, Opened>) => Promise<Result>): Promise<Result>;
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
export function createEngine<HostTransaction, Opened = unknown>(
  options: EngineOptions<HostTransaction, Opened>,
): Engine<HostTransaction, Opened> {
  return engineWith(settingsOf(options));
}

function engineWith<HostTransaction, Opened>(settings: EngineSettings): Engine<HostTransaction, Opened> {
  const engineOn = (storage: EngineStorage) => engineWith<HostTransaction, Opened>(settingsOn(settings, storage));
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
    within: (transaction) => engineOn(settings.storage.within(transaction)),
    transaction: async (callback) => {
      const work = parse(callbackSchema, callback) as typeof callback;
      return runTransaction(settings, ({ transaction, storage }) =>
        work({ transaction: transaction as Opened, engine: engineOn(storage) }),
      );
    },
  };
}

function settingsOn(settings: EngineSettings, storage: EngineStorage): EngineSettings {
  return {
    ...settings,
    storage,
    spread: createSpread({ storage, random: settings.random, runShared: asCalled }),
    isHostTransaction: true,
  };
}

const callbackSchema = z.custom((value) => typeof value === "function", "transaction() takes a function");

function commandsOf(settings: EngineSettings): Commands {
  const names = commandNames.filter((name): name is HostCommand => name !== "repair");
  const commands = names.map((name) => [name, (input: unknown) => runCommand(settings, name, input)]);
  return Object.fromEntries(commands) as Commands;
}
