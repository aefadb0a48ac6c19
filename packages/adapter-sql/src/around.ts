import {
  type AgendaOwner,
  type AppointmentStatus,
  type Around,
  agendaIdOf,
  compareIds,
  limits,
  type Position,
  type RecordKey,
  type SubjectAppointment,
  type Surroundings,
  type TakenSlot,
} from "@slotwright/core/adapter";
import { type RawBuilder, sql } from "kysely";
import type { AppointmentRow, SlotRow } from "./catalogue.ts";
import type { IndexName } from "./indexes.ts";
import { requestInRow } from "./rows.ts";
import type { SqlStrategy } from "./strategy.ts";

/** What `loadAround` is asked for. */
export interface AroundAsked {
  readonly keys: readonly RecordKey[];
  readonly around: readonly Around[];
}

const takenColumns = [
  "id",
  "schedule_id",
  "provider_id",
  "facility_id",
  "start_at",
  "end_at",
  "appointment_id",
  "hold_expires_at",
] as const;
const theirColumns = ["id", "provider_id", "facility_id", "start_at", "end_at", "status", "request"] as const;

type TakenRow = Pick<SlotRow, (typeof takenColumns)[number]>;
type TheirRow = Pick<AppointmentRow, (typeof theirColumns)[number]>;

/** A row that lies at a place, whichever kind of place it is. */
export type AroundRow = TakenRow | TheirRow;

/** The columns of a place's rows. */
export const aroundColumns = { provider: takenColumns, subject: theirColumns } as const satisfies Readonly<
  Record<AgendaOwner, readonly string[]>
>;

/** The version of a place's agenda, 0 if there is none, and whose it is. */
export interface PlaceAgenda {
  readonly owner: string;
  readonly version: number;
}

/** Where the rows of an owner are found, and which of them count. */
interface OwnerSql {
  readonly index: IndexName;
  readonly column: RawBuilder<unknown>;
  readonly counts: RawBuilder<boolean>;
}

// Told by the statuses that they do not have, as in the lists.
const owners: Readonly<Record<AgendaOwner, OwnerSql>> = {
  provider: {
    index: "slots_by_provider",
    column: sql`provider_id`,
    counts: sql<boolean>`status <> 'available' and status <> 'blocked' and status <> 'withdrawn'`,
  },
  subject: {
    index: "appointments_by_subject",
    column: sql`subject_id`,
    counts: sql<boolean>`status <> 'cancelled'`,
  },
};

/** A place in a statement: whose it is, and the instants between which it lies. None names a column of these tables. */
export interface PlaceSql {
  readonly owner: RawBuilder<unknown>;
  readonly from: RawBuilder<unknown>;
  readonly to: RawBuilder<unknown>;
  /** The most rows. Default `mostOfPlace`. */
  readonly most?: RawBuilder<unknown>;
}

/** One more than there may be, which tells that the list is cut. */
export const mostOfPlace = limits.rowsAround + 1;

/**
 * The rows at a place, in order. Nothing is longer than `limits.slotMs`, so both ends of the place bound the part of the
 * index that is read.
 *
 * @param before What stands before the table in FROM.
 */
export function rowsAtPlace(
  strategy: SqlStrategy,
  of: AgendaOwner,
  { owner, from, to, most = sql.lit(mostOfPlace) }: PlaceSql,
  selected: RawBuilder<unknown>,
  before: RawBuilder<unknown> = sql``,
): RawBuilder<unknown> {
  const { index, column, counts } = owners[of];
  const isBefore = strategy.lists.endOf("startBefore", to, { column, id: owner });
  return sql`select ${selected} from ${before}${strategy.from(index)}
    where ${column} = ${owner} and ${isBefore} and start_at > ${from} - ${sql.lit(limits.slotMs)}
      and end_at > ${from} and ${counts}
    order by start_at, ${strategy.listedId} limit ${most}`;
}

/** What was found at a place. */
export interface FoundRows {
  /** In any order. */
  readonly rows: readonly AroundRow[];
  /** Whether other places have some of the same rows. */
  readonly isShared: boolean;
  /** Whether there may be more. */
  readonly isCut: boolean;
}

/** What was found at a place by itself. */
export function rowsOfPlace(rows: readonly AroundRow[]): FoundRows {
  return { rows, isShared: false, isCut: rows.length > limits.rowsAround };
}

/**
 * The answer for each place, from the rows that were found at it.
 *
 * @param agendaAt Undefined if the place is near a slot that does not exist.
 */
export function surroundingsOf(
  around: readonly Around[],
  agendaAt: (place: number) => PlaceAgenda | undefined,
  rowsAt: (place: number) => FoundRows,
): readonly Surroundings[] {
  const takenOf = onceEach(rowToTaken);
  const theirsOf = onceEach(rowToTheirs);
  return around.map(({ of }, place) => {
    const found = agendaAt(place);
    if (found === undefined) return nothing;
    const agenda = { kind: "agenda", id: agendaIdOf(of, found.owner), version: found.version } as const;
    const { rows, isShared, isCut } = rowsAt(place);
    if (of === "provider") {
      const slots = firstOf(rows as readonly TakenRow[], isShared ? takenOf : rowToTaken);
      return { ...nothing, agenda, slots, isCut };
    }
    const appointments = firstOf(rows as readonly TheirRow[], isShared ? theirsOf : rowToTheirs);
    return { ...nothing, agenda, appointments, isCut };
  });
}

const nothing: Surroundings = { agenda: undefined, slots: [], appointments: [], isCut: false };

/** Places that share rows share what is made of them. */
function onceEach<R, Item>(itemOf: (row: R) => Item): (row: R) => Item {
  const made = new Map<R, Item>();
  return (row) => {
    const item = made.get(row) ?? itemOf(row);
    made.set(row, item);
    return item;
  };
}

function firstOf<R, Item extends Position>(rows: readonly R[], itemOf: (row: R) => Item): readonly Item[] {
  return rows.map(itemOf).sort(inOrder).slice(0, limits.rowsAround);
}

const inOrder = (a: Position, b: Position): number => a.start.getTime() - b.start.getTime() || compareIds(a.id, b.id);

function rowToTaken(row: TakenRow): TakenSlot {
  return {
    id: row.id,
    scheduleId: row.schedule_id,
    providerId: row.provider_id,
    facilityId: row.facility_id,
    start: new Date(row.start_at),
    end: new Date(row.end_at),
    appointmentId: row.appointment_id,
    heldUntil: row.hold_expires_at === null ? null : new Date(row.hold_expires_at),
  };
}

function rowToTheirs(row: TheirRow): SubjectAppointment {
  return {
    id: row.id,
    providerId: row.provider_id,
    facilityId: row.facility_id,
    start: new Date(row.start_at),
    end: new Date(row.end_at),
    status: row.status as AppointmentStatus,
    request: requestInRow(row),
  };
}
