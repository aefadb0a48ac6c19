import type { Metadata } from "../../model/values.ts";

/** What a whole record of a slot has besides what searches by time need. */
export interface RecordPart {
  readonly seat: number;
  readonly metadata: Metadata;
  readonly createdAt: number;
  readonly updatedAt: number;
  readonly appointmentId: string | null;
}

/** The parts by row: 18 bytes for each, its metadata if it has any, and the id of its appointment. */
export interface RecordParts {
  readonly set: (row: number, part: RecordPart) => void;
  readonly change: (row: number, part: Pick<RecordPart, "updatedAt" | "appointmentId">) => void;
  readonly remove: (row: number) => void;
  readonly read: (row: number) => RecordPart;
  readonly resize: (size: number) => void;
}

const noMetadata: Metadata = Object.freeze({});

/** @param size For so many rows. */
export function createRecordParts(size: number): RecordParts {
  let columns = columnsFor(size);
  const metadata = new Map<number, Metadata>();
  const appointmentIds = new Map<number, string>();

  function setAppointment(row: number, id: string | null): void {
    if (id === null) appointmentIds.delete(row);
    else appointmentIds.set(row, id);
  }

  return {
    set(row, part) {
      columns.seat[row] = part.seat;
      columns.createdAt[row] = part.createdAt;
      columns.updatedAt[row] = part.updatedAt;
      if (Object.keys(part.metadata).length > 0) metadata.set(row, part.metadata);
      setAppointment(row, part.appointmentId);
    },
    change(row, { updatedAt, appointmentId }) {
      columns.updatedAt[row] = updatedAt;
      setAppointment(row, appointmentId);
    },
    remove(row) {
      metadata.delete(row);
      appointmentIds.delete(row);
    },
    read: (row) => ({
      seat: columns.seat[row] as number,
      metadata: metadata.get(row) ?? noMetadata,
      createdAt: columns.createdAt[row] as number,
      updatedAt: columns.updatedAt[row] as number,
      appointmentId: appointmentIds.get(row) ?? null,
    }),
    resize(size) {
      const moved = columnsFor(size);
      for (const name of Object.keys(moved) as (keyof typeof moved)[])
        moved[name].set(columns[name].subarray(0, size) as never);
      columns = moved;
    },
  };
}

function columnsFor(size: number) {
  return { seat: new Uint16Array(size), createdAt: new Float64Array(size), updatedAt: new Float64Array(size) };
}

/** Of tables that keep none. */
export const noRecordParts: RecordParts = {
  set: () => {},
  change: () => {},
  remove: () => {},
  read: () => nothingKept,
  resize: () => {},
};

const nothingKept: RecordPart = { seat: 0, metadata: noMetadata, createdAt: 0, updatedAt: 0, appointmentId: null };
