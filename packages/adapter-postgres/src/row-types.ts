import { columnNames } from "@slotwright/adapter-sql";
import { columnType } from "./columns.ts";

/**
 * Rows go to the database as arrays of composite types, in the binary format. JSON would escape the documents inside a
 * row a second time, and the server would spend more time reading that than on everything else. Each row has the number
 * `n` of its transition.
 */
export const rowColumns = {
  check_row: ["n", "kind", "id", "version", "status"],
  command_row: ["n", ...columnNames.commands],
  journal_row: ["n", ...columnNames.journal],
  agenda_row: ["n", ...columnNames.agendas],
  schedule_row: ["n", ...columnNames.schedules],
  availability_row: ["n", ...columnNames.availabilities],
  slot_row: ["n", ...columnNames.slots],
  appointment_row: ["n", ...columnNames.appointments],
} as const satisfies Record<string, readonly string[]>;

export type RowType = keyof typeof rowColumns;

/** The value of a field. An instant is a number of milliseconds. */
type Field = string | number | null | undefined;

/** Encodes rows of a type as a parameter of pg: a buffer, which pg sends unchanged as a binary value. */
export function encodeRows(type: RowType, rows: readonly object[]): Buffer {
  const columns = rowColumns[type];
  const formats = formatsOf[type];
  writer.start(rows.length);
  for (const row of rows as readonly Readonly<Record<string, Field>>[]) {
    const sizeAt = writer.startRow(columns.length);
    for (let index = 0; index < columns.length; index++) {
      writer.field(formats[index] as Format, row[columns[index] as string]);
    }
    writer.endRow(sizeAt);
  }
  return writer.end();
}

type Format = ReturnType<typeof columnType>;

const formatsOf = Object.fromEntries(
  Object.entries(rowColumns).map(([type, columns]) => [type, columns.map((column) => columnType(column))]),
) as unknown as Readonly<Record<RowType, readonly Format[]>>;

const typeIds = { text: 25, integer: 23, bigint: 20 } as const;

/** The most bytes that a character takes. */
const widest = 3;

/** Writes one array after another into the same buffer, which grows when needed. */
function createWriter() {
  let bytes = Buffer.allocUnsafe(1 << 16);
  let end = 0;

  function reserve(size: number): void {
    if (end + size <= bytes.length) return;
    const larger = Buffer.allocUnsafe(Math.max(2 * bytes.length, end + size));
    bytes.copy(larger, 0, 0, end);
    bytes = larger;
  }

  function integer(value: number): void {
    end = bytes.writeInt32BE(value, end);
  }

  const write = {
    text(value: string): void {
      reserve(4 + value.length * widest);
      const size = bytes.write(value, end + 4);
      integer(size);
      end += size;
    },
    integer(value: number): void {
      integer(4);
      integer(value);
    },
    bigint(value: number): void {
      integer(8);
      // In halves: a BigInt for each number would be a large part of all garbage.
      integer(Math.floor(value / 2 ** 32));
      end = bytes.writeUInt32BE(value >>> 0, end);
    },
  };

  return {
    /** One dimension, which begins at 1. The element type is left to the server, which knows it better. */
    start(length: number): void {
      end = 0;
      reserve(20);
      for (const value of [1, 0, 0, length, 1]) integer(value);
    },
    /** Returns the position of the row's size, which is known only at the end of the row. */
    startRow(length: number): number {
      reserve(8 + length * 16);
      end += 4;
      integer(length);
      return end - 8;
    },
    field(format: Format, value: Field): void {
      reserve(16);
      integer(typeIds[format]);
      if (value === null || value === undefined) integer(-1);
      else write[format](value as never);
    },
    endRow(sizeAt: number): void {
      bytes.writeInt32BE(end - sizeAt - 4, sizeAt);
    },
    end: (): Buffer => Buffer.from(bytes.subarray(0, end)),
  };
}

const writer = createWriter();
