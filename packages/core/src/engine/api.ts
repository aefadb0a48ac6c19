import type { Appointment } from "../model/appointment.ts";
import type {
  AcceptInput,
  BlockInput,
  BookInput,
  CancelInput,
  CheckInInput,
  CompleteInput,
  CreateSlotsInput,
  HoldInput,
  MarkNoShowInput,
  ReleaseInput,
  RescheduleInput,
  UnblockInput,
} from "../model/command-inputs.ts";
import type { CreatedSoFar, CreateManySlotsInput } from "../model/create-many-slots.ts";
import type { JournalEntry } from "../model/journal.ts";
import type { OpenSlot } from "../model/open-slot.ts";
import type {
  ChangesInput,
  FindOpenInput,
  FollowInput,
  GetScheduleInput,
  HistoryInput,
  ListAppointmentsInput,
  ListSlotsInput,
  SubscribeInput,
} from "../model/read-inputs.ts";
import type { Schedule } from "../model/schedule.ts";
import type { Shown } from "../model/shown.ts";
import type { Slot } from "../model/slot.ts";
import type { Actor } from "../model/values.ts";
import type { ChangedSlot } from "../rules/block.ts";
import type { Booked } from "../rules/book.ts";
import type { EndedAppointment } from "../rules/cancel.ts";
import type { ChangedAppointment } from "../rules/check-in.ts";
import type { CreatedSlots } from "../rules/create-slots.ts";
import type { HeldSlot } from "../rules/hold.ts";
import type { SyncReport } from "./check-sync.ts";
import type { Changes, ChangesPage } from "./feed/changes.ts";
import type { LiveSlots } from "./live/live-slots.ts";
import type { Page } from "./page.ts";
import type { ReconcileInput, ReconcileReport } from "./reconcile.ts";

/** What a command takes: the engine of an actor has its actor already. */
export type InputOf<Input, Whose extends "host" | "actor"> = Whose extends "actor" ? WithoutActor<Input> : Input;

/** An input without its actor. */
export type WithoutActor<Input> = Input extends unknown ? Omit<Input, "actor"> : never;

/** What a read shows: of a record that an actor reads, fields that `authorize` may hide can be null. */
export type SeenBy<Item, Whose extends "host" | "actor"> = Whose extends "actor" ? Shown<Item> : Item;

/** The commands about slots. */
export interface SlotCommands<Whose extends "host" | "actor" = "host"> {
  /**
   * Creates slots on the schedule of a provider at a facility, all of them or none, in one commit. The first call also
   * creates the schedule. `createManySlots` takes more slots than fit into one commit.
   *
   * @returns The schedule, and the slots in the order of the input. The seats of a group slot follow one another.
   * @throws BookingError `slot_exists`, `invalid_time_range`, `slot_overlap`, `schedule_mismatch`,
   * `invalid_transition`, `version_conflict`, `invalid_input`, `idempotency_key_reused`, `policy_violation`,
   * `forbidden`, `storage_busy`, `storage_unavailable`, `storage_read_only`, `storage_misused`, `refused_by_database`,
   * `outcome_unknown`, `schema_outdated`, `schema_too_new`, `settings_mismatch`.
   * @example
   * ```ts
   * const { slots } = await engine.createSlots({
   *   actor,
   *   providerId: "dr-grey",
   *   facilityId: "north",
   *   timeZone: "Europe/Berlin",
   *   slots: [{ start: "2027-03-22T09:00:00+01:00", end: "2027-03-22T09:30:00+01:00" }],
   * });
   * ```
   */
  createSlots(input: InputOf<CreateSlotsInput, Whose>): Promise<CreatedSlots>;

  /**
   * Creates any number of slots on one schedule, in one commit for each chunk, in the memory of one chunk. A call with
   * the same key, inputs and `chunkSize` continues where the first one stopped, and creates nothing twice. An error
   * says in `details.createdSoFar` which slots exist, and in `index` or `issues` which input is wrong. The call has
   * created nothing of that input's chunk and of the inputs after it.
   *
   * @returns The key of the call, and how many inputs have their slots.
   * @throws BookingError `slot_exists`, `invalid_time_range`, `slot_overlap`, `schedule_mismatch`,
   * `invalid_transition`, `aborted`, `invalid_input`, `idempotency_key_reused`, `policy_violation`, `forbidden`,
   * `storage_busy`, `storage_unavailable`, `storage_read_only`, `storage_misused`, `refused_by_database`,
   * `outcome_unknown`, `schema_outdated`, `schema_too_new`, `settings_mismatch`.
   * @example
   * ```ts
   * const inputs = [{ start: "2027-03-22T08:00:00Z", end: "2027-03-22T08:30:00Z" }];
   * const call = { actor, providerId: "dr-grey", facilityId: "north", idempotencyKey: "spring-2027" };
   * const { slots } = await engine.createManySlots({ ...call, slots: inputs });
   * ```
   */
  createManySlots(input: InputOf<CreateManySlotsInput, Whose>): Promise<CreatedSoFar>;

  /**
   * Blocks an available slot, so that nobody can hold or book it. Other slots may overlap a blocked slot.
   *
   * @returns The slot, now `blocked`.
   * @throws BookingError `slot_not_found`, `slot_booked`, `slot_held`, `slot_blocked`, `invalid_transition`,
   * `version_conflict`, `invalid_input`, `idempotency_key_reused`, `policy_violation`, `forbidden`, `storage_busy`,
   * `storage_unavailable`, `storage_read_only`, `storage_misused`, `refused_by_database`, `outcome_unknown`,
   * `schema_outdated`, `schema_too_new`, `settings_mismatch`.
   * @example
   * ```ts
   * const { slot } = await engine.block({ actor, slotId, reason: "Team meeting" });
   * ```
   */
  block(input: InputOf<BlockInput, Whose>): Promise<ChangedSlot>;

  /**
   * Makes a blocked slot available again, unless another slot of the schedule and seat now overlaps it.
   *
   * @returns The slot, now `available`.
   * @throws BookingError `slot_not_found`, `slot_booked`, `slot_held`, `slot_overlap`, `invalid_transition`,
   * `version_conflict`, `invalid_input`, `idempotency_key_reused`, `policy_violation`, `forbidden`, `storage_busy`,
   * `storage_unavailable`, `storage_read_only`, `storage_misused`, `refused_by_database`, `outcome_unknown`,
   * `schema_outdated`, `schema_too_new`, `settings_mismatch`.
   * @example
   * ```ts
   * const { slot } = await engine.unblock({ actor, slotId });
   * ```
   */
  unblock(input: InputOf<UnblockInput, Whose>): Promise<ChangedSlot>;

  /**
   * Holds an available slot for a short while. Meanwhile only the token's owner can book or release it. When the time
   * is over, the slot counts as available again, without any cleanup job.
   *
   * @returns The slot, now `held`, and the token of the hold. The token is not stored and cannot be read again.
   * @throws BookingError `slot_not_found`, `slot_booked`, `slot_held`, `slot_blocked`, `invalid_transition`,
   * `version_conflict`, `invalid_input`, `idempotency_key_reused`, `policy_violation`, `forbidden`, `storage_busy`,
   * `storage_unavailable`, `storage_read_only`, `storage_misused`, `refused_by_database`, `outcome_unknown`,
   * `schema_outdated`, `schema_too_new`, `settings_mismatch`.
   * @example
   * ```ts
   * const { holdToken } = await engine.hold({ actor, slotId, seconds: 600 });
   * await engine.book({ actor, slotId, subjectId, holdToken });
   * ```
   */
  hold(input: InputOf<HoldInput, Whose>): Promise<HeldSlot>;

  /**
   * Gives a held slot back before the hold expires.
   *
   * @returns The slot, now `available`.
   * @throws BookingError `slot_not_found`, `hold_not_found`, `invalid_transition`, `version_conflict`, `hold_expired`,
   * `hold_not_owned`, `invalid_input`, `idempotency_key_reused`, `policy_violation`, `forbidden`, `storage_busy`,
   * `storage_unavailable`, `storage_read_only`, `storage_misused`, `refused_by_database`, `outcome_unknown`,
   * `schema_outdated`, `schema_too_new`, `settings_mismatch`.
   * @example
   * ```ts
   * const { holdToken } = await engine.hold({ actor, slotId });
   * await engine.release({ actor, slotId, holdToken });
   * ```
   */
  release(input: InputOf<ReleaseInput, Whose>): Promise<ChangedSlot>;
}

/** The commands about appointments. */
export interface AppointmentCommands<Whose extends "host" | "actor" = "host"> {
  /**
   * Creates an appointment and takes its slot in one commit: the slot with this `slotId` or, without one, a free slot
   * of the provider at the facility that contains the time. Of two callers who want the same slot, one gets it, and the
   * other is refused with the reason.
   *
   * @returns The appointment, and the slots that it owns now. None if it is only `scheduled`.
   * @throws BookingError `appointment_exists`, `invalid_time_range`, `slot_not_found`, `hold_not_found`, `slot_booked`,
   * `slot_held`, `slot_blocked`, `time_mismatch`, `schedule_mismatch`, `no_slot_available`, `invalid_transition`,
   * `version_conflict`, `hold_expired`, `hold_not_owned`, `invalid_input`, `idempotency_key_reused`,
   * `policy_violation`, `forbidden`, `storage_busy`, `storage_unavailable`, `storage_read_only`, `storage_misused`,
   * `refused_by_database`, `outcome_unknown`, `schema_outdated`, `schema_too_new`, `settings_mismatch`.
   * @example
   * ```ts
   * // A slot that the caller has seen.
   * await engine.book({ actor, slotId, subjectId, idempotencyKey: "request-1" });
   * // A time: any free slot that contains it.
   * const time = { start: "2027-03-22T09:00:00+01:00", end: "2027-03-22T09:30:00+01:00" };
   * await engine.book({ actor, subjectId, providerId: "dr-grey", facilityId: "north", ...time });
   * ```
   */
  book(input: InputOf<BookInput, Whose>): Promise<Booked>;

  /**
   * Takes a `scheduled` appointment into a slot, which confirms it: the slot with this `slotId` or, without one, a free
   * slot of the provider at the facility that contains the time of the appointment.
   *
   * @returns The appointment, now `confirmed`, and the slots that it owns.
   * @throws BookingError `slot_not_found`, `appointment_not_found`, `slot_booked`, `slot_held`, `slot_blocked`,
   * `time_mismatch`, `schedule_mismatch`, `no_slot_available`, `invalid_transition`, `version_conflict`,
   * `invalid_input`, `idempotency_key_reused`, `policy_violation`, `forbidden`, `storage_busy`, `storage_unavailable`,
   * `storage_read_only`, `storage_misused`, `refused_by_database`, `outcome_unknown`, `schema_outdated`,
   * `schema_too_new`, `settings_mismatch`.
   * @example
   * ```ts
   * const { appointment, slots } = await engine.accept({ actor, appointmentId });
   * ```
   */
  accept(input: InputOf<AcceptInput, Whose>): Promise<Booked>;

  /**
   * Moves a confirmed appointment to other slots of the same provider and facility. The new slots are taken and the old
   * ones become available in one commit. If a new one is not available, the appointment keeps what it has.
   *
   * @returns The appointment with its new times, and the slots that it owns now.
   * @throws BookingError `invalid_time_range`, `slot_not_found`, `appointment_not_found`, `slot_booked`, `slot_held`,
   * `slot_blocked`, `time_mismatch`, `schedule_mismatch`, `invalid_transition`, `version_conflict`, `invalid_input`,
   * `idempotency_key_reused`, `policy_violation`, `forbidden`, `storage_busy`, `storage_unavailable`,
   * `storage_read_only`, `storage_misused`, `refused_by_database`, `outcome_unknown`, `schema_outdated`,
   * `schema_too_new`, `settings_mismatch`.
   * @example
   * ```ts
   * const { appointment } = await engine.reschedule({ actor, appointmentId, slotId, alternatives: 3 });
   * ```
   */
  reschedule(input: InputOf<RescheduleInput, Whose>): Promise<Booked>;

  /**
   * Records that the subject of a confirmed appointment has arrived.
   *
   * @returns The appointment, now `checked_in`.
   * @throws BookingError `appointment_not_found`, `invalid_transition`, `version_conflict`, `invalid_input`,
   * `idempotency_key_reused`, `policy_violation`, `forbidden`, `storage_busy`, `storage_unavailable`,
   * `storage_read_only`, `storage_misused`, `refused_by_database`, `outcome_unknown`, `schema_outdated`,
   * `schema_too_new`, `settings_mismatch`.
   * @example
   * ```ts
   * const { appointment } = await engine.checkIn({ actor, appointmentId });
   * ```
   */
  checkIn(input: InputOf<CheckInInput, Whose>): Promise<ChangedAppointment>;

  /**
   * Records that a confirmed or checked-in appointment has taken place. It keeps its slots, and is final.
   *
   * @returns The appointment, now `completed`.
   * @throws BookingError `appointment_not_found`, `invalid_transition`, `version_conflict`, `invalid_input`,
   * `idempotency_key_reused`, `policy_violation`, `forbidden`, `storage_busy`, `storage_unavailable`,
   * `storage_read_only`, `storage_misused`, `refused_by_database`, `outcome_unknown`, `schema_outdated`,
   * `schema_too_new`, `settings_mismatch`.
   * @example
   * ```ts
   * const { appointment } = await engine.complete({ actor, appointmentId });
   * ```
   */
  complete(input: InputOf<CompleteInput, Whose>): Promise<ChangedAppointment>;

  /**
   * Records that the subject of a confirmed or checked-in appointment did not come. Its slots become available in the
   * same commit. It is final.
   *
   * @returns The appointment, now `no_show`, and the slots that became available.
   * @throws BookingError `appointment_not_found`, `invalid_transition`, `version_conflict`, `invalid_input`,
   * `idempotency_key_reused`, `policy_violation`, `forbidden`, `storage_busy`, `storage_unavailable`,
   * `storage_read_only`, `storage_misused`, `refused_by_database`, `outcome_unknown`, `schema_outdated`,
   * `schema_too_new`, `settings_mismatch`.
   * @example
   * ```ts
   * const { appointment, slots } = await engine.markNoShow({ actor, appointmentId });
   * ```
   */
  markNoShow(input: InputOf<MarkNoShowInput, Whose>): Promise<EndedAppointment>;

  /**
   * Cancels an appointment that is scheduled, confirmed or checked in. Its slots become available in the same commit.
   * It is final.
   *
   * @returns The appointment, now `cancelled`, and the slots that became available.
   * @throws BookingError `appointment_not_found`, `invalid_transition`, `version_conflict`, `invalid_input`,
   * `idempotency_key_reused`, `policy_violation`, `forbidden`, `storage_busy`, `storage_unavailable`,
   * `storage_read_only`, `storage_misused`, `refused_by_database`, `outcome_unknown`, `schema_outdated`,
   * `schema_too_new`, `settings_mismatch`.
   * @example
   * ```ts
   * const { slots } = await engine.cancel({ actor, appointmentId, ifVersion: 1, reason: "Feels well again" });
   * ```
   */
  cancel(input: InputOf<CancelInput, Whose>): Promise<EndedAppointment>;
}

/** The reads of an engine, and `reconcile`. They show everything: `as(actor)` has the reads of an actor. */
export interface EngineReads<Whose extends "host" | "actor" = "host"> {
  /**
   * Reads a schedule, which has the time zone of its slots. It names no subject, so `authorize` is not asked about it.
   *
   * @returns The schedule.
   * @throws BookingError `schedule_not_found`, `invalid_input`, `storage_busy`, `storage_unavailable`,
   * `storage_read_only`, `storage_misused`, `refused_by_database`, `schema_outdated`, `schema_too_new`.
   * @example
   * ```ts
   * const { timeZone } = await engine.getSchedule({ providerId: "dr-grey", facilityId: "north" });
   * ```
   */
  getSchedule(input: GetScheduleInput): Promise<Schedule>;

  /**
   * Reads a slot as it counts now: a slot whose hold has expired is `available`.
   *
   * @param slotId 1 to 128 characters.
   * @returns The slot.
   * @throws BookingError `slot_not_found`, `invalid_input`, `storage_busy`, `storage_unavailable`, `storage_read_only`,
   * `storage_misused`, `refused_by_database`, `schema_outdated`, `schema_too_new`.
   * @example
   * ```ts
   * const { status, version } = await engine.getSlot(slotId);
   * ```
   */
  getSlot(slotId: string): Promise<SeenBy<Slot, Whose>>;

  /**
   * Reads an appointment.
   *
   * @param appointmentId 1 to 128 characters.
   * @returns The appointment.
   * @throws BookingError `appointment_not_found`, `invalid_input`, `storage_busy`, `storage_unavailable`,
   * `storage_read_only`, `storage_misused`, `refused_by_database`, `schema_outdated`, `schema_too_new`.
   * @example
   * ```ts
   * const { status, slotIds } = await engine.getAppointment(appointmentId);
   * ```
   */
  getAppointment(appointmentId: string): Promise<SeenBy<Appointment, Whose>>;

  /**
   * Lists slots that start at `from` or later and before `to`, a page at a time, in the order of `start` and then `id`,
   * or in reverse (`newestFirst`). All other fields narrow the list. An expired hold counts as `available`.
   *
   * @returns The slots of the page, and the cursor of the next one.
   * @throws BookingError `invalid_time_range`, `invalid_input`, `storage_busy`, `storage_unavailable`,
   * `storage_read_only`, `storage_misused`, `refused_by_database`, `schema_outdated`, `schema_too_new`.
   * @example
   * ```ts
   * const week = { from: "2027-03-22T00:00:00+01:00", to: "2027-03-29T00:00:00+02:00" };
   * const { items, nextCursor } = await engine.listSlots({
   *   ...week,
   *   providerIds: ["dr-grey"],
   *   statuses: ["available"],
   * });
   * ```
   */
  listSlots(input: ListSlotsInput): Promise<Page<SeenBy<Slot, Whose>>>;

  /**
   * Finds what is on offer, for screens: slots that are available now, an expired hold included, and start at `from` or
   * later and before `to`, a page at a time, in the order of `start`. It reads and returns only what a screen shows,
   * which makes it faster than `listSlots`. A group slot is one item, with the id and version of a seat that is free and
   * the number of all that are. For an actor, it finds the slots that `authorize` lets them list. A page may have fewer
   * items than `limit` and yet a cursor that goes on, after groups of many seats.
   *
   * @returns The slots of the page, and the cursor of the next one.
   * @throws BookingError `invalid_time_range`, `invalid_input`, `storage_busy`, `storage_unavailable`,
   * `storage_read_only`, `storage_misused`, `refused_by_database`, `schema_outdated`, `schema_too_new`.
   * @example
   * ```ts
   * const day = { from: "2027-03-22T00:00:00+01:00", to: "2027-03-23T00:00:00+01:00" };
   * const { items } = await engine.findOpen({ ...day, providerIds: ["dr-grey", "dr-yang"] });
   * const lines = items.map(({ start, seats }) => `${start.toISOString()}: ${seats} left`);
   * ```
   */
  findOpen(input: FindOpenInput): Promise<Page<OpenSlot>>;

  /**
   * Lists appointments that start at `from` or later and before `to`, a page at a time, in the order of `start` and
   * then `id`, or in reverse (`newestFirst`). All other fields narrow the list.
   *
   * @returns The appointments of the page, and the cursor of the next one.
   * @throws BookingError `invalid_time_range`, `invalid_input`, `storage_busy`, `storage_unavailable`,
   * `storage_read_only`, `storage_misused`, `refused_by_database`, `schema_outdated`, `schema_too_new`.
   * @example
   * ```ts
   * const { items, nextCursor } = await engine.listAppointments({ subjectId, limit: 20 });
   * ```
   */
  listAppointments(input: ListAppointmentsInput): Promise<Page<SeenBy<Appointment, Whose>>>;

  /**
   * Lists who did what to a slot or an appointment, when and why, a page at a time, in the order of its versions, or in
   * reverse (`newestFirst`). An id that never existed has an empty history. A record that was deleted by hand keeps its
   * history.
   *
   * @returns The entries of the page, and the cursor of the next one.
   * @throws BookingError `invalid_input`, `storage_busy`, `storage_unavailable`, `storage_read_only`,
   * `storage_misused`, `refused_by_database`, `schema_outdated`, `schema_too_new`.
   * @example
   * ```ts
   * const { items } = await engine.history({ appointmentId });
   * const lines = items.map(({ at, command, actor }) => `${at.toISOString()} ${command} by ${actor.id}`);
   * ```
   */
  history(input: HistoryInput): Promise<Page<SeenBy<JournalEntry, Whose>>>;

  /**
   * Reads the feed: what has happened to all slots and appointments, a page at a time. Each committed change comes
   * once, and those of one record in the order of its versions. Changes of different records come roughly, and not
   * strictly, in the order of their commits. Start with `after: "end"` and then read the records that you show: the
   * changes that follow are those that these reads may have missed. A page may have fewer entries than `limit` or none,
   * and a `cursor` that goes on, where others are left out.
   *
   * @returns The entries, the cursor after them, and whether that was all.
   * @throws BookingError `feed_reset`, `invalid_input`, `storage_busy`, `storage_unavailable`, `storage_read_only`,
   * `storage_misused`, `refused_by_database`, `schema_outdated`, `schema_too_new`.
   * @example
   * ```ts
   * const { cursor } = await engine.changes({ after: "end" });
   * const { items } = await engine.listSlots({ providerIds: ["dr-grey"] });
   * const { entries } = await engine.changes({ after: cursor, providerIds: ["dr-grey"] });
   * ```
   */
  changes(input?: ChangesInput): Promise<ChangesPage<SeenBy<JournalEntry, Whose>>>;

  /**
   * Follows the feed: gives what has happened since `after`, and then what happens, as it happens. Commits of this
   * engine come at once, all others within `pollMs`. However many follow, one reader asks the database. A slow subscriber
   * goes on from its own cursor, so nothing is missed and little is kept in memory. While the database is away, it
   * waits. It ends with `signal`, or when you leave the loop.
   *
   * @returns An iterable of parts of the feed, each with the cursor after it. A part may have no entries, where all of
   * them are left out.
   * @throws BookingError `invalid_input` and `storage_misused` at once; while it is iterated, `feed_reset`,
   * `storage_read_only`, `refused_by_database`, `schema_outdated`, `schema_too_new`.
   * @example
   * ```ts
   * for await (const { entries, cursor } of engine.subscribe({ after: "end", signal })) {
   *   for (const { recordId, command } of entries) console.log(command, recordId, cursor);
   * }
   * ```
   */
  subscribe(input?: SubscribeInput): AsyncIterable<Changes<SeenBy<JournalEntry, Whose>>>;

  /**
   * Checks whether a slot and its appointment agree. They always do, unless rows were changed by hand.
   *
   * @param slotId 1 to 128 characters.
   * @returns Whether they agree, and each fault: which invariant is broken, by which records.
   * @throws BookingError `slot_not_found`, `invalid_input`, `storage_busy`, `storage_unavailable`, `storage_read_only`,
   * `storage_misused`, `refused_by_database`, `schema_outdated`, `schema_too_new`.
   * @example
   * ```ts
   * const { inSync, faults } = await engine.checkSync(slotId);
   * ```
   */
  checkSync(slotId: string): Promise<SyncReport>;

  /**
   * Checks all slots and appointments that start at `from` or later and before `to`, in the order of `start` and then
   * `id`, slots first. It repairs each fault that has one right answer, each by its own command, and reports what a
   * person must decide. Bookings may go on meanwhile. A second run changes nothing. `authorize` is asked once, before
   * it begins.
   *
   * @returns How many records were read, how many faults were found, and what became of them.
   * @throws BookingError `forbidden`, `invalid_input`, `storage_busy`, `storage_unavailable`, `storage_read_only`,
   * `storage_misused`, `refused_by_database`, `outcome_unknown`, `schema_outdated`, `schema_too_new`,
   * `settings_mismatch`.
   * @example
   * ```ts
   * const { repairable, manual } = await engine.reconcile({ actor, dryRun: true });
   * ```
   */
  reconcile(input: InputOf<ReconcileInput, Whose>): Promise<ReconcileReport>;
}

/** What only the host's own engine has: `authorize` cannot be asked about each answer that is given at once. */
export interface LiveReads {
  /**
   * Holds the slots of a window in memory, and follows the feed to keep them up to date. What it returns finds open
   * slots, counts them by day and finds the next ones, at once and without the database: make one for the process, and
   * let all callers share it. The window is at most 400 days, and has at most `maxSlots` slots. It reads on while the
   * database is away, and its answers say how far behind they are. It ends with `signal` or `close()`, and lets no
   * process end before that.
   *
   * @returns The live slots, once all of the window is read.
   * @throws BookingError `invalid_time_range`, `aborted`, `invalid_input`, `storage_busy`, `storage_unavailable`,
   * `storage_read_only`, `storage_misused`, `refused_by_database`, `schema_outdated`, `schema_too_new`.
   * @example
   * ```ts
   * const live = await engine.follow({ facilityId: "north", forDays: 60 });
   * const { items, isStale } = live.findOpen({ providerIds: ["dr-grey"], limit: 20 });
   * const { days } = live.countByDay({ timeZone: "Europe/Berlin" });
   * live.close();
   * ```
   */
  follow(input: FollowInput): Promise<LiveSlots>;
}

/** What the callback of `transaction` receives. */
export interface InTransaction<HostTransaction, Opened, Inside = Engine<HostTransaction, Opened>> {
  /** The connection with the open transaction, for your own statements: with PostgreSQL, a client of pg. */
  readonly transaction: Opened;
  /** The engine within the transaction, with the actor of the engine outside, if that has one. */
  readonly engine: Inside;
}

/**
 * An engine in the name of one actor, made by `as(actor)`. Its commands have this actor, and an input that names one is
 * refused with `invalid_input`. Its reads answer what `authorize` lets the actor see:
 *
 * - Of a record that they may not see, an answer is that of an id that does not exist: the same code and details, after
 *   as many reads of the database. Its history is an empty page.
 * - Lists and histories leave out what they may not see. A call reads at most 2000 items in at most 10 reads, and may
 *   then answer with a page that is not full, or is empty, whose cursor goes on from there.
 * - A field that `authorize` hides is null.
 *
 * It has no `as`: who is given it cannot become somebody else.
 */
export interface ActorEngine<HostTransaction = unknown, Opened = unknown>
  extends SlotCommands<"actor">,
    AppointmentCommands<"actor">,
    EngineReads<"actor"> {
  /**
   * The same actor's engine inside a transaction that you opened, as `Engine.within` has it.
   *
   * @param transaction The open transaction of your driver, as the adapter takes it.
   * @returns An engine of the same actor that lives as long as the transaction.
   * @example
   * ```ts
   * await engine.as(actor).within(transaction).book({ slotId, subjectId });
   * ```
   */
  within(transaction: HostTransaction): ActorEngine<HostTransaction, Opened>;

  /**
   * Opens a transaction, as `Engine.transaction` does. The callback is given an engine of the same actor.
   *
   * @returns What the callback returns, once all of it is durable.
   * @throws BookingError `invalid_input`, `storage_busy`, `storage_unavailable`, `storage_read_only`,
   * `storage_misused`, `refused_by_database`, `outcome_unknown`, `schema_outdated`, `schema_too_new`,
   * `settings_mismatch`.
   * @example
   * ```ts
   * const own = engine.as(actor);
   * const booked = await own.transaction(({ engine }) => engine.book({ slotId, subjectId, idempotencyKey }));
   * ```
   */
  transaction<Result>(
    callback: (opened: InTransaction<HostTransaction, Opened, ActorEngine<HostTransaction, Opened>>) => Promise<Result>,
  ): Promise<Result>;
}

/**
 * Decides who gets which slot. Every method rejects with a `BookingError`, with one exception: an error that a function
 * of yours throws (a policy, `authorize`, or another option) passes through unchanged. A command whose policy or
 * `authorize` throws changes nothing.
 */
export interface Engine<HostTransaction = unknown, Opened = unknown>
  extends SlotCommands,
    AppointmentCommands,
    EngineReads,
    LiveReads {
  /**
   * The same engine in the name of one actor. Use it for what a person asks for: its commands have this actor, and its
   * reads leave out and hide what `authorize` does not let the actor see. Reads of the engine itself are your own, and
   * `authorize` is not asked about them. It costs nothing, so make one for each request.
   *
   * @param actor `{ kind, id }`, from your session: 1 to 128 characters each.
   * @returns An engine of this actor.
   * @throws BookingError `invalid_input`, at once.
   * @example
   * ```ts
   * const own = engine.as({ kind: "patient", id: "p-1" });
   * const { items } = await own.listAppointments({ limit: 20 });
   * await own.book({ slotId, subjectId: "p-1" });
   * ```
   */
  as(actor: Actor): ActorEngine<HostTransaction, Opened>;

  /**
   * The same engine inside a transaction that you opened: its commands commit or vanish with your own rows. COMMIT and
   * ROLLBACK stay yours. A refusal leaves the transaction usable. `storage_busy` with `repeat: "transaction"` does not:
   * run all of it again from its BEGIN.
   *
   * @param transaction The open transaction of your driver, as the adapter takes it.
   * @returns An engine that lives as long as the transaction. If the value is not an open transaction, that engine's
   * first call refuses it with `storage_misused`.
   * @example
   * ```ts
   * const { appointment } = await engine.within(transaction).book({ actor, slotId, subjectId });
   * ```
   */
  within(transaction: HostTransaction): Engine<HostTransaction, Opened>;

  /**
   * Opens a transaction, in which the booking and your own rows commit or vanish together: BEGIN, the callback, COMMIT.
   * If the callback throws, everything is rolled back, and the call rejects with the same error. A refusal that the
   * callback catches leaves the transaction usable.
   *
   * If another transaction is in the way (`storage_busy` with `repeat: "transaction"`, which the callback lets pass or
   * throws as the `cause` of an error of its own), all of it is rolled back and run again within the budget for
   * retries. The callback must therefore keep no state and send no message. After that the call rejects with
   * `storage_busy`. It rejects with `outcome_unknown` if the connection is lost during COMMIT: either all of it took
   * effect, or nothing. The transaction can be run again if its commands carry idempotency keys.
   *
   * The isolation level is READ COMMITTED. The connection is the engine's: leave `release`, COMMIT and ROLLBACK to it.
   * Within a transaction, call only the engine that the callback is given, and await what it returns.
   *
   * @returns What the callback returns, once all of it is durable.
   * @throws BookingError `invalid_input`, `storage_busy`, `storage_unavailable`, `storage_read_only`,
   * `storage_misused`, `refused_by_database`, `outcome_unknown`, `schema_outdated`, `schema_too_new`,
   * `settings_mismatch`.
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
