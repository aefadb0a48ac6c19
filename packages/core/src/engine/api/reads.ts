import type { Appointment } from "../../model/appointment.ts";
import type { Availability } from "../../model/availability.ts";
import type { FreeTime, NextTimes, TimesByDay } from "../../model/free-time.ts";
import type { JournalEntry } from "../../model/journal.ts";
import type { OpenSlot } from "../../model/open-slot.ts";
import type {
  ChangesInput,
  CountTimesInput,
  FindOpenInput,
  FindTimesInput,
  FollowInput,
  GetAvailabilityInput,
  GetScheduleInput,
  HistoryInput,
  ListAppointmentsInput,
  ListSlotsInput,
  NextTimesInput,
  SubscribeInput,
} from "../../model/read-inputs.ts";
import type { Schedule } from "../../model/schedule.ts";
import type { Slot } from "../../model/slot.ts";
import type { SyncReport } from "../check-sync.ts";
import type { Changes, ChangesPage } from "../feed/changes.ts";
import type { LiveSlots } from "../live/live-slots.ts";
import type { Page } from "../page.ts";
import type { ReconcileInput, ReconcileReport } from "../reconcile.ts";
import type { InputOf, SeenBy } from "./whose.ts";

/** The reads of an engine, and `reconcile`. They show everything: `as(actor)` has the reads of an actor. */
export interface EngineReads<Whose extends "host" | "actor" = "host"> {
  /**
   * Reads the hours of a provider at a facility. `authorize` is asked as for other records.
   *
   * @returns The availability.
   * @throws BookingError `availability_not_found`, `invalid_input`, `storage_busy`, `storage_unavailable`,
   * `storage_read_only`, `storage_misused`, `refused_by_database`, `schema_outdated`, `schema_too_new`.
   * @example
   * ```ts
   * const { hours, version } = await engine.getAvailability({ providerId: "dr-grey", facilityId: "north" });
   * ```
   */
  getAvailability(input: GetAvailabilityInput): Promise<SeenBy<Availability, Whose>>;

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
   * Reads a slot as it counts now: one whose hold has expired is `available`, or `withdrawn` if it was made of a computed
   * opening.
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
   * or in reverse (`newestFirst`). All other fields narrow the list. An expired hold counts as `available`; a slot that
   * was made of a computed opening is then in no list.
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
   * Finds what is on offer, for screens: slots that are available now, those of expired holds included unless they were
   * made of computed openings, and start at `from` or later and before `to`, a page at a time, in the order of `start`.
   * It reads and returns only what a screen shows, which makes it faster than `listSlots`. A group slot is one item,
   * with the id and version of a seat that is free and the number of all that are. For an actor, it finds the slots
   * that `authorize` lets them list, and with a `subjectId` only those that they could book for that subject now. A
   * page may have fewer items than `limit`, or none, and yet a cursor that goes on: after groups of many seats, and
   * where most must be left out.
   *
   * A page that has all free seats, and fewer than `limit`, shows one moment between the call and its answer. A longer page
   * takes several reads, and so does one for a subject if policies look at what is booked around. An item then rests on a
   * slot as it was at one moment, and on what lies around it as it was later. Within one page, nothing is missing that was
   * on offer all the while. Between two pages, a group moves if its free seat with the lowest id is booked, or one with a
   * lower id becomes free: it may then be on both, or on neither.
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
   * Finds times of a length that are on offer now, of providers at a facility, in at most 62 days: slots that are stored, free and
   * as long or longer, and openings that are computed of the hours. `book` takes each by its place and times; a computed opening
   * has no slot yet. The order is that of `start`. For an actor, it finds what `authorize` lets them list, and with a `subjectId` only
   * what they could book for that subject now. A page may have fewer items than `limit`, or none, and yet a cursor that goes on.
   *
   * It reads the hours first, and then what is stored on a day, on the next two, on the next four, and so on until the page is
   * full. What starts in one such part shows one moment, by hours that were read before: they may have changed since. What lies
   * around, if policies look at that for a subject, is read last. Within one page, nothing is missing that was on offer all the while.
   * Between two pages, a group may move as in `findOpen`.
   *
   * @returns The times of the page, and the cursor of the next one.
   * @throws BookingError `invalid_time_range`, `invalid_input`, `storage_busy`, `storage_unavailable`,
   * `storage_read_only`, `storage_misused`, `refused_by_database`, `schema_outdated`, `schema_too_new`.
   * @example
   * ```ts
   * const place = { providerIds: ["dr-grey"], facilityId: "north" };
   * const { items } = await engine.findTimes({ ...place, minutes: 45, limit: 10 });
   * const starts = items.map(({ start }) => start.toISOString());
   * ```
   */
  findTimes(input: FindTimesInput): Promise<Page<FreeTime>>;

  /**
   * Finds the next times of a length that are on offer, from now on if nothing else is said, as `findTimes` does. There are fewer
   * than `count` if the next 62 days have no more, and if the actor gets none of some 20 000 times on the way.
   *
   * @returns The times, in the order of `start`.
   * @throws BookingError `invalid_input`, `storage_busy`, `storage_unavailable`, `storage_read_only`, `storage_misused`,
   * `refused_by_database`, `schema_outdated`, `schema_too_new`.
   * @example
   * ```ts
   * const { items } = await engine.nextTimes({ providerIds: ["dr-grey"], facilityId: "north", minutes: 45 });
   * ```
   */
  nextTimes(input: NextTimesInput): Promise<NextTimes>;

  /**
   * Counts the times of a length that `findTimes` finds, by the day on which they start. If there are very many to look at, free
   * or not, it counts only those before `nextFrom`: some 50 000, or 10 000 that have to be decided about for an actor.
   *
   * @returns The days that have such a time.
   * @throws BookingError `invalid_time_range`, `invalid_input`, `storage_busy`, `storage_unavailable`,
   * `storage_read_only`, `storage_misused`, `refused_by_database`, `schema_outdated`, `schema_too_new`.
   * @example
   * ```ts
   * const month = { from: "2027-03-01T00:00:00+01:00", to: "2027-04-01T00:00:00+02:00" };
   * const place = { providerIds: ["dr-grey"], facilityId: "north" };
   * const { days } = await engine.countTimes({ ...place, ...month, minutes: 45 });
   * ```
   */
  countTimes(input: CountTimesInput): Promise<TimesByDay>;

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
   * Lists who did what to a slot, an appointment or an availability, when and why, a page at a time, in the order of its
   * versions, or in reverse (`newestFirst`). An id that never existed has an empty history. A record that was deleted by hand keeps its
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
   * Reads the feed: what has happened to all slots, appointments and availabilities, a page at a time. Each committed
   * change comes once, and those of one record in the order of its versions. Changes of different records come roughly,
   * and not strictly, in the order of their commits. Start with `after: "end"` and then read the records that you show:
   * the changes that follow are those that these reads may have missed. A page may have fewer entries than `limit` or
   * none, and a `cursor` that goes on, where others are left out.
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
