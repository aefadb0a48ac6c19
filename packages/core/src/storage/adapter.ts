import type { Agenda, SubjectAppointment, TakenSlot } from "../model/agenda.ts";
import type { Appointment, AppointmentStatus } from "../model/appointment.ts";
import type { JournalEntry } from "../model/journal.ts";
import type { OpenSeat } from "../model/open-slot.ts";
import type { RecordKey, StoredRecord, VersionedRecord } from "../model/record.ts";
import type { OverlapScope } from "../model/schedule.ts";
import type { SlotSearch } from "../model/search.ts";
import type { Slot, SlotStatus } from "../model/slot.ts";
import type { IdempotencyScope } from "../model/values.ts";
import type { OnWarning } from "../warnings.ts";

/**
 * What Slotwright needs of a database. Expected outcomes are returned. Only infrastructure throws, and always a
 * `StorageError` that says whether anything may have been applied. An adapter decides nothing by a clock, makes no ids
 * and knows no rules. `@slotwright/conformance` is the suite that proves one.
 */
export interface StorageAdapter<HostTransaction = unknown, Opened = unknown> {
  /** The version of this contract that the adapter was written for. */
  readonly contract: 1;

  /**
   * The records with these keys as they were at one moment, in the order of the keys, `undefined` for those that do not
   * exist. One round trip, however many there are. Everything acknowledged to anybody before the call is seen. Expired
   * holds are returned as they are stored. Within a host's transaction the rows are locked until it ends, unless the
   * call is `displayOnly`.
   */
  load(keys: readonly RecordKey[], call?: CallOptions): Promise<readonly (StoredRecord | undefined)[]>;

  /**
   * The records as `load` returns them, and what lies around them: of each place, the agenda that commands meet on, and
   * what is taken near there, in the order in which they are asked for. All of it is as it was at one moment, in one
   * round trip, except that an agenda may be older than the rest: no agenda is newer than what is returned with it, or
   * two commands that meet there could both commit. Within a host's transaction, the records and the existing agendas
   * are locked as by `load`, and the rest is read after them, in further round trips. It shows all that was committed
   * along with an agenda at the version that is returned, or before. If the transaction has an older view, it may miss
   * what others have written since without putting the agenda. At most `limits.placesAround` places.
   */
  loadAround(keys: readonly RecordKey[], around: readonly Around[], call?: CallOptions): Promise<Surveyed>;

  /** Slots in the order of (start, id), with ids by code points, or in reverse. Never more than `limit`. */
  findSlots(query: SlotQuery, call?: CallOptions): Promise<readonly Slot[]>;

  /**
   * Free seats in the order of (start, id), with ids by code points, or in reverse: slots that are available at `asOf`,
   * as `SlotQuery.asOf` has it. Never more than `limit`. No decision rests on them: within a host's transaction they need no
   * locks, and may be older.
   */
  findOpen(query: OpenQuery, call?: CallOptions): Promise<readonly OpenSeat[]>;

  /** Appointments in the order of (start, id) or in reverse, each once. Never more than `limit`. */
  findAppointments(query: AppointmentQuery, call?: CallOptions): Promise<readonly Appointment[]>;

  /**
   * Pages of the journals of some records, in the order in which they are asked for: each in the order of the record's
   * versions or in reverse, and never more than its `limit`. One round trip for all. At most `limits.journalPages`
   * pages, each of another record.
   */
  readJournals(query: JournalsQuery, call?: CallOptions): Promise<readonly (readonly JournalEntry[])[]>;

  /**
   * The entries of all records beyond a position. A reader that goes on from one position to the next gets each committed
   * entry exactly once, and those of one record in the order of its versions, whatever the order in which transactions
   * commit: the entries of a transaction that commits late come late. Fewer entries than `limit` are all that there
   * are. Never more than `limit`. A position that does not fit is `reset` whatever the limit is, before any entry is given.
   * Reading costs one round trip if nothing is new. Within a host's transaction its own
   * entries are seen as well, and a position beyond them is `reset` if it rolls back.
   */
  readFeed(query: FeedQuery, call?: CallOptions): Promise<FeedRead>;

  /**
   * Commits each transition wholly or not at all, if and only if its command has not taken effect before and each
   * version it expects still holds at the moment of the commit. Of two that expect the same version, one commits and
   * the other gets `stale`, whatever the isolation level. `committed` is returned once the transition would survive a
   * power cut. Outcomes are in the order of the transitions. The records and commands that the transitions of a batch
   * write are disjoint, except that one which rests on another may put the same agenda, one version further. What happens
   * to one of them affects only those that rest on it. A commit does not wait for other
   * transactions' row locks: see `busy`. It waits about a second at most for what cannot be skipped, holds nothing
   * meanwhile that all commits share, and then ends as `transient`. A storage with one writer at a time is `transient`
   * while another one writes. A batch that ends as `transient` or `refused` may be sent again in parts.
   */
  commit(transitions: readonly Transition[], call?: CallOptions): Promise<readonly CommitOutcome[]>;

  /** The stored settings. Undefined as long as none are stored. */
  readSettings(call?: CallOptions): Promise<StoredSettings | undefined>;

  /**
   * Stores these settings unless some are stored already, and resolves with the stored ones. If several are stored at
   * once, one stays, and all calls resolve with that one. Within a host's transaction it also sees what others have
   * committed since the transaction began.
   */
  storeSettings(settings: StoredSettings, call?: CallOptions): Promise<StoredSettings>;

  /** What is stored for the relay of this name. Undefined if nothing is. Sees everything acknowledged before the call. */
  readRelay(name: string, call?: CallOptions): Promise<StoredRelay | undefined>;

  /**
   * Stores the state of a relay as version `expected + 1`, if and only if its version is still `expected`. Resolves with
   * whether it did. Of two that expect the same version, one gets true, which is returned once the state would survive a
   * power cut. It waits about a second at most for another transaction that is writing the same name, and then ends as
   * `transient`. Within a host's transaction it waits for locks, as a commit does.
   */
  storeRelay(relay: RelayWrite, call?: CallOptions): Promise<boolean>;

  /**
   * The time of the database, to the millisecond, whatever settings the session has. No rule decides by it. It tells
   * whether the engine's clock and the database's agree, and when the lease of a relay ends.
   */
  readClock(call?: CallOptions): Promise<Date>;

  /**
   * The same contract inside a transaction that the host opened. What is committed here becomes durable with the host's
   * COMMIT and vanishes with its ROLLBACK. Both stay the host's. An outcome other than `committed` leaves the host's
   * transaction usable. A `StorageError` may have ended it, and only the host can try again. `load` takes locks, so it
   * needs a connection that may write. `migrate` is refused.
   */
  within(transaction: HostTransaction): StorageAdapter<HostTransaction>;

  /**
   * Begins a transaction for the host on a connection that nobody else uses until it ends. It is READ COMMITTED if the
   * database has levels. It is `transient` if others are in the way, or no connection becomes free in time. Within a
   * host's transaction it is refused.
   */
  begin(call?: CallOptions): Promise<OpenTransaction<Opened>>;

  /** Brings the tables to this version's schema. May run in many processes at once, and again after a crash. */
  migrate(): Promise<MigrationReport>;

  /** Releases what the adapter opened itself. What the host passed in stays open. */
  close(): Promise<void>;
}

/**
 * A transaction that the adapter has opened. `commit` or `rollback` ends it once, and its connection is then given back
 * or destroyed, whatever happens.
 */
export interface OpenTransaction<Opened> {
  /** The connection, for the host's own statements and for `within`. */
  readonly transaction: Opened;
  /**
   * Resolves once all of it would survive a power cut. A rejection is `unknown` if the transaction may have been
   * applied. Any other rejection means that nothing was, also if the transaction had failed or ended before.
   */
  commit(): Promise<void>;
  /**
   * `reason` is the error that ended the transaction's work. If it says that the session is read-only, as after a
   * failover, the session is given up. Unless a fresh one has said so, the call then resolves with a transaction that
   * was begun on another session. Otherwise it resolves with undefined. It rejects if the adapter itself had ended the
   * transaction before, with that reason, and if no other transaction can be begun.
   */
  rollback(reason?: unknown): Promise<OpenTransaction<Opened> | undefined>;
}

/** What a caller of the storage allows, and wants to hear about. */
export interface CallOptions {
  /**
   * How long the call may wait for a connection, in milliseconds. After that it fails as `transient`, and nothing was
   * sent. Default 10 000.
   */
  readonly connectWithinMs?: number;
  /**
   * No decision rests on what `load` or `loadAround` returns. Within a host's transaction it needs no locks, and may return older rows.
   * Other calls do not look at it.
   */
  readonly displayOnly?: boolean;
  /** Receives what an operator should know, while the call goes on. It never throws. */
  readonly onWarning?: OnWarning;
}

/** A place in somebody's time. */
export type Around = AroundProvider | AroundSubject;

/** What is booked or held of a provider, of all schedules: of the one whose slot is named, or of a known one. */
export type AroundProvider =
  | ({ readonly of: "provider" } & NearSlot)
  | ({ readonly of: "provider"; readonly providerId: string } & Between);

/** A subject's appointments, whoever they are with, those that are cancelled aside. */
export type AroundSubject = { readonly of: "subject"; readonly subjectId: string } & (NearSlot | Between);

/**
 * From so long before the start of a slot until so long after its end. The slot is named by its id, because a caller
 * who books by id knows neither its provider nor its time.
 */
export interface NearSlot {
  readonly slotId: string;
  readonly beforeMs: number;
  readonly afterMs: number;
}

/** What intersects the half-open range. */
export interface Between {
  readonly from: Date;
  readonly to: Date;
}

/** What `loadAround` returns. */
export interface Surveyed {
  /** In the order of the keys, `undefined` for those that do not exist. */
  readonly records: readonly (StoredRecord | undefined)[];
  /** In the order of the places. */
  readonly around: readonly Surroundings[];
}

/** What lies at a place. */
export interface Surroundings {
  /**
   * The agenda of the provider or the subject. Version 0 if there is none yet. Undefined if the place is near a slot
   * that does not exist; the lists are empty then.
   */
  readonly agenda: Agenda | undefined;
  /** Of a provider: what is booked or held there, in the order of (start, id). */
  readonly slots: readonly TakenSlot[];
  /** Of a subject: the appointments there, in the order of (start, id). */
  readonly appointments: readonly SubjectAppointment[];
  /** Whether there is more: the list has the first `limits.rowsAround`. */
  readonly isCut: boolean;
}

/** What all engines on one database have to agree on. */
export interface StoredSettings {
  readonly overlapScope: OverlapScope;
  readonly idempotencyScope: IdempotencyScope;
}

/** The state of a relay. Only the core knows what is in it. */
export interface StoredRelay {
  /** From 1. Each write raises it by one. */
  readonly version: number;
  /** A plain JSON object. */
  readonly state: unknown;
}

export interface RelayWrite {
  /** At most as long as an id. */
  readonly name: string;
  /** The version that the state was made from. 0 if there must be none yet. */
  readonly expected: number;
  /** A plain JSON object. */
  readonly state: unknown;
}

/** One atomic unit: the versions it was decided on, the records as they become, and their journal entries. */
export interface Transition {
  readonly command: { readonly id: string; readonly requestHash: string; readonly result: unknown };
  /**
   * The commands of transitions before it in the batch, on whose agendas it rests as they put them. It is committed only
   * if each of them is `committed` by the same call. Otherwise it is `stale`, with the keys of those commands that are
   * not. Default: none.
   */
  readonly restsOn?: readonly string[];
  /**
   * Every record that the decision rests on. One may be named twice. Version 0 means that the record must not exist. A
   * command counts as version 1 once it took effect. A record in `put` that is not named counts as expected at the
   * version before. With `status`, of a slot that exists, the slot has to be stored with this status as well. A decision
   * on a slot that was read some time ago names it: a failover may have taken back what was read, and its version then
   * comes again with another state.
   */
  readonly expect: readonly { readonly key: RecordKey; readonly version: number; readonly status?: SlotStatus }[];
  /** Each at its expected version + 1. */
  readonly put: readonly VersionedRecord[];
  readonly journal: readonly JournalEntry[];
}

export type CommitOutcome =
  | { readonly status: "committed" }
  /** Somebody was faster: these versions, or statuses, no longer hold, in the order of `expect`. Nothing was written. */
  | { readonly status: "stale"; readonly keys: readonly RecordKey[] }
  /** A command with this id took effect before, with this request and this result. Nothing was written. */
  | { readonly status: "replayed"; readonly requestHash: string; readonly result: unknown }
  /**
   * Another transaction has locked these records, or wants to write the same keys. Nothing was written, and whether the
   * versions still hold is not known. A batch never waits for locked rows, so its neighbours commit at once. Within a
   * host's transaction, the call waits for locks instead.
   */
  | { readonly status: "busy"; readonly keys: readonly RecordKey[] }
  /** The database's own guard said no. Nothing was written. */
  | { readonly status: "refused"; readonly guard: Guard };

/** The invariants that a database guards by itself, against bugs and hand-written SQL. */
export type Guard =
  | "known_status"
  | "valid_time_range"
  | "booked_has_appointment"
  | "held_has_hold"
  | "owner_has_slots"
  | "no_overlap"
  | "appointment_fits_slot"
  | "slot_has_appointment_row"
  | "appointment_keeps_slots"
  | "journal_append_only"
  | "journal_once_per_version"
  | "row_format";

/** A place in the order of (start, id): the last item of the page before. */
export interface Position {
  readonly start: Date;
  readonly id: string;
}

export interface SlotQuery extends SlotSearch {
  /**
   * The instant at which holds count as expired or not. A slot that is held until then, or not so long, counts as `available`, or, if its
   * id has the form that `computedIdPattern` says, as `withdrawn`: it was made for its hold, and its time is again what the hours say.
   */
  readonly asOf: Date;
  /** No decision rests on the result. Within a host's transaction the query needs no locks, and may read older rows. */
  readonly displayOnly?: boolean;
  readonly after?: Position;
  readonly descending?: boolean;
  readonly limit: number;
}

/** Which free seats are wanted. */
export interface OpenQuery extends Pick<SlotSearch, "providerIds" | "facilityId" | "startFrom" | "startBefore"> {
  /** The instant at which holds count as expired or not. */
  readonly asOf: Date;
  readonly after?: Position;
  readonly descending?: boolean;
  readonly limit: number;
}

export interface AppointmentQuery {
  /** One of these is among the appointment's providers. */
  readonly providerIds?: readonly string[];
  readonly facilityId?: string;
  readonly subjectId?: string;
  readonly statuses?: readonly AppointmentStatus[];
  /** `appointment.start >= startFrom` */
  readonly startFrom?: Date;
  /** `appointment.start < startBefore` */
  readonly startBefore?: Date;
  readonly after?: Position;
  readonly descending?: boolean;
  readonly limit: number;
}

export interface JournalsQuery {
  readonly pages: readonly JournalPage[];
  readonly descending?: boolean;
}

/** A page of one record's journal. */
export interface JournalPage {
  /** A slot, an appointment or an availability. One of each kind may have the same id. */
  readonly record: RecordKey;
  /** The last version of the page before: `entry.version > afterVersion`, or `<` where the order is reversed. */
  readonly afterVersion?: number;
  readonly limit: number;
}

export interface FeedQuery {
  /**
   * Where the reader stands: a position that `readFeed` returned, or null for before the first entry. `"end"` returns no
   * entries, and the position after the last one.
   */
  readonly after: FeedPosition | "end" | null;
  readonly limit: number;
}

export type FeedRead =
  | { readonly status: "read"; readonly entries: readonly FeedEntry[]; readonly position: FeedPosition }
  /**
   * The position does not fit the journal: the entries that it names are not there, as after a restore or a failover
   * that lost them, or in another database.
   */
  | { readonly status: "reset" };

/** A journal entry with its place in the feed. */
export interface FeedEntry {
  readonly partition: number;
  /** Its number. Within a partition, and among the entries of a record, a later entry has a higher one. */
  readonly seq: number;
  readonly entry: JournalEntry;
}

/**
 * Where a reader of the feed stands, as plain JSON. The journal is divided into partitions, in each of which the order
 * of the numbers is the order of the commits. One mark for each partition that the reader has had an entry of, in the
 * order of the partitions.
 */
export type FeedPosition = readonly FeedMark[];

/** The last entry that a reader has had of a partition. */
export interface FeedMark {
  readonly partition: number;
  /** The entry's number in the partition. */
  readonly seq: number;
  /** `feedDigest` of the entry, which tells whether the number still means the same entry. */
  readonly digest: string;
}

export interface MigrationReport {
  /** Schema versions before and after. 0 is an empty database. */
  readonly from: number;
  readonly to: number;
  /** Names of the migrations that this call applied, and what it restored after a loss, as `put back: …`. */
  readonly applied: readonly string[];
}
