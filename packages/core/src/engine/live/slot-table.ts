import { fnv1a } from "../../model/fnv1a.ts";
import type { Hold, Slot, SlotStatus } from "../../model/slot.ts";
import { createIdIndex } from "./id-index.ts";
import { type Order, ProviderRows } from "./provider-rows.ts";
import {
  createColumns,
  factsPerRow,
  lengthOf,
  placeOf,
  rankOf,
  resizeColumns,
  rowFacts,
  statusNumberOf,
  statusOf,
  versionOf,
} from "./slot-columns.ts";
import { createRecordParts, noRecordParts, type RecordPart } from "./slot-records.ts";

/** What many slots have in common: their schedule, provider and facility. */
export interface Place {
  readonly scheduleId: string;
  readonly providerId: string;
  readonly facilityId: string;
}

/** What is held of a slot. What only whole records have is kept by tables that keep these. */
export interface HeldSlotRow extends Place, RecordPart {
  readonly id: string;
  readonly start: number;
  readonly end: number;
  readonly seat: number;
  readonly version: number;
  readonly status: SlotStatus;
  readonly heldUntil: number;
  /** What `appointmentNumber` makes of the id of its appointment. 0 if it is not booked. */
  readonly appointment: number;
  /** Whose hold it is. Undefined if it is not held. */
  readonly hold: HoldOfRow | undefined;
  /** Set if the slot was read in the order of (start, id): its number in that order, from 1. */
  readonly rank?: number;
}

/** What tells whose hold it is. */
export type HoldOfRow = Pick<Hold, "tokenHash" | "holderId">;

export type SlotState = Pick<
  HeldSlotRow,
  "version" | "status" | "heldUntil" | "appointment" | "hold" | "appointmentId" | "updatedAt"
>;

export function heldRow(slot: Slot): HeldSlotRow {
  const { id, scheduleId, providerId, facilityId, version, status, seat, metadata, appointmentId } = slot;
  return {
    id,
    scheduleId,
    providerId,
    facilityId,
    version,
    status,
    start: slot.start.getTime(),
    end: slot.end.getTime(),
    heldUntil: slot.hold?.expiresAt.getTime() ?? 0,
    appointment: appointmentNumber(appointmentId),
    hold: slot.hold ?? undefined,
    seat,
    metadata,
    createdAt: slot.createdAt.getTime(),
    updatedAt: slot.updatedAt.getTime(),
    appointmentId,
  };
}

/**
 * A number for an id, so that two slots can be told to be of one appointment: 53 bits of two hashes. 0 if
 * there is no id.
 */
export function appointmentNumber(id: string | null): number {
  if (id === null) return 0;
  return (fnv1a(id, 0x9e3779b9) & 0x1fffff) * 2 ** 32 + fnv1a(id) || 1;
}

/** The slots of a window: by id, and for each provider in the order of their starts. */
export type SlotTable = ReturnType<typeof createSlotTable>;

/** @param keepsRecords Whether whole records of slots can be read from it. */
export function createSlotTable(keepsRecords = false) {
  const columns = createColumns(1024);
  let size = 1024;
  const parts = keepsRecords ? createRecordParts(size) : noRecordParts;
  const ids: string[] = [];
  const free: number[] = [];
  const places: Place[] = [];
  const placeNumbers = new Map<string, number>();
  const providers = new Map<string, ProviderRows>();
  /** By row. Few slots are held, so a column of them would be nearly empty. */
  const holds = new Map<number, HoldOfRow>();
  const index = createIdIndex((row) => ids[row] as string);
  const order: Order = { startOf: (row) => columns.start[row] as number, idOf: (row) => ids[row] as string };
  const counts = { slots: 0 };

  function placeNumber({ scheduleId, providerId, facilityId }: Place): number {
    // A schedule may span facilities, so its id does not tell.
    const name = JSON.stringify([scheduleId, providerId, facilityId]);
    const known = placeNumbers.get(name);
    if (known !== undefined) return known;
    placeNumbers.set(name, places.length);
    return places.push({ scheduleId, providerId, facilityId }) - 1;
  }

  function rowsOf(providerId: string): ProviderRows {
    const known = providers.get(providerId);
    if (known !== undefined) return known;
    const rows = new ProviderRows(providerId);
    providers.set(providerId, rows);
    return rows;
  }

  function resize(to: number): void {
    size = to;
    resizeColumns(columns, size);
    parts.resize(size);
  }

  function newRow(): number {
    const row = free.pop() ?? ids.length;
    if (row < size) return row;
    resize(Math.ceil(size * 1.5));
    return row;
  }

  const rowsAt = (row: number) => rowsOf((places[placeOf(columns, row)] as Place).providerId);

  function setState(row: number, { version, status, heldUntil, appointment, hold }: SlotState): void {
    if (hold !== undefined) holds.set(row, hold);
    else if (holds.size > 0) holds.delete(row);
    columns.appointment[row] = appointment;
    columns.facts[row * factsPerRow + rowFacts.version] = version;
    columns.status[row] = statusNumberOf(status, ids[row] as string);
    columns.heldUntil[row] = heldUntil;
  }

  function add(slot: HeldSlotRow): void {
    const row = newRow();
    ids[row] = slot.id;
    columns.start[row] = slot.start;
    columns.seat[row] = slot.seat;
    const facts = row * factsPerRow;
    columns.facts[facts + rowFacts.length] = slot.end - slot.start;
    columns.facts[facts + rowFacts.place] = placeNumber(slot);
    columns.facts[facts + rowFacts.rank] = slot.rank ?? 0;
    setState(row, slot);
    parts.set(row, slot);
    index.add(slot.id, row);
    const rows = rowsOf(slot.providerId);
    rows.add(row, order);
    rows.longest = Math.max(rows.longest, slot.end - slot.start);
    counts.slots += 1;
  }

  function remove(row: number): void {
    const rows = rowsAt(row);
    rows.remove(row, order);
    if (rows.size === 0) providers.delete(rows.providerId);
    index.remove(ids[row] as string);
    ids[row] = "";
    columns.status[row] = 0;
    holds.delete(row);
    parts.remove(row);
    free.push(row);
    counts.slots -= 1;
  }

  /** From the beginning of each provider's. */
  function dropWhile(isOver: (row: number) => boolean): void {
    for (const rows of [...providers.values()]) {
      while (rows.size > 0 && isOver(rows.rows[rows.first] as number)) remove(rows.rows[rows.first] as number);
    }
  }

  return {
    keepsRecords,
    columns,
    ids: ids as readonly string[],
    places: places as readonly Place[],
    providers: providers as ReadonlyMap<string, ProviderRows>,
    /** Whose hold it is, of the rows that are held, expired or not. */
    holds: holds as ReadonlyMap<number, HoldOfRow>,
    size: () => counts.slots,
    /** Whether much of its memory is of slots that are gone. */
    isSparse: () => free.length > 10_000 && free.length > ids.length / 4,
    /** The row of a slot, or -1. */
    rowOf: index.get,
    add,
    remove,
    setState(row: number, state: SlotState): void {
      setState(row, state);
      parts.change(row, state);
      rowsAt(row).revision += 1;
    },
    /** Gives back memory that was taken ahead, except for some. */
    trim(): void {
      resize(Math.ceil(ids.length * 1.05) + 64);
    },
    /** Drops what starts before this time. */
    dropBefore(time: number): void {
      dropWhile((row) => (columns.start[row] as number) < time);
    },
    /** Drops, from the beginning, what ends before this time or at it. */
    dropEndedBefore(time: number): void {
      dropWhile((row) => (columns.start[row] as number) + lengthOf(columns, row) <= time);
    },
    /** What is held of the slot of a row. */
    read(row: number): HeldSlotRow {
      const start = columns.start[row] as number;
      return {
        ...(places[placeOf(columns, row)] as Place),
        id: ids[row] as string,
        start,
        end: start + lengthOf(columns, row),
        version: versionOf(columns, row),
        status: statusOf(columns, row),
        heldUntil: columns.heldUntil[row] as number,
        appointment: columns.appointment[row] as number,
        hold: holds.get(row),
        ...parts.read(row),
        seat: columns.seat[row] as number,
        rank: rankOf(columns, row),
      };
    },
  };
}
