import {
  agendaToRow,
  appointmentToRow,
  availabilityToRow,
  type Column,
  catalogue,
  commandToRow,
  journalToRow,
  rowToAgenda,
  rowToAppointment,
  rowToAvailability,
  rowToCommand,
  rowToJournal,
  rowToSchedule,
  rowToSlot,
  scheduleToRow,
  slotToRow,
} from "@slotwright/adapter-sql";
import type { StorageAdapter } from "@slotwright/core";
import { keyOf, type Transition, type VersionedRecord } from "@slotwright/core/adapter";
import { type Mutant, withCalls } from "./mutant.ts";

/** A row's value as a column with a flaw would store it. `before` is undefined if the row is new. */
type ColumnFlaw = (value: Value, before: Value | undefined) => Value;
type Value = string | number | null;
type AnyRow = Readonly<Record<string, Value>>;

const textFlaws: Readonly<Record<string, ColumnFlaw>> = {
  "loses capitals": (value) => (typeof value === "string" ? value.toLowerCase() : value),
  "loses trailing spaces": (value) => (typeof value === "string" ? value.trimEnd() : value),
  "composes accents": (value) => (typeof value === "string" ? value.normalize("NFC") : value),
  "is cut off after 100 characters": (value) => (typeof value === "string" ? value.slice(0, 100) : value),
};

const numberFlaws: Readonly<Record<string, ColumnFlaw>> = {
  "is one more": (value) => (typeof value === "number" ? value + 1 : value),
};

const instantFlaws: Readonly<Record<string, ColumnFlaw>> = {
  "loses milliseconds": (value) => (typeof value === "number" ? Math.floor(value / 1000) * 1000 : value),
  "is an hour later": (value) => (typeof value === "number" ? value + 3_600_000 : value),
};

const jsonFlaws: Readonly<Record<string, ColumnFlaw>> = {
  "loses what is empty": (value) => (value === "{}" || value === "[]" ? value : emptied(value)),
  "rounds numbers": (value) => (typeof value === "string" ? value.replaceAll(/(?<=[:[,])(-?\d+)\.\d+/g, "$1") : value),
};

function emptied(value: Value): Value {
  return typeof value === "string"
    ? value.replaceAll(/"[^"]*":\s*(?:null|\{\}|\[\]),?/g, "").replaceAll(",}", "}")
    : value;
}

const flawsOfType: Readonly<Record<Column["type"], Readonly<Record<string, ColumnFlaw>>>> = {
  id: textFlaws,
  agendaId: textFlaws,
  text: textFlaws,
  integer: numberFlaws,
  instant: instantFlaws,
  json: jsonFlaws,
  sequence: {},
  partition: {},
};

const keepsFirst: ColumnFlaw = (value, before) => (before === undefined ? value : before);
const isLost: ColumnFlaw = () => null;

function flawsOf({ type, isNullable, isFixed }: Column): Readonly<Record<string, ColumnFlaw>> {
  return {
    ...flawsOfType[type],
    ...(isNullable ? { "is lost": isLost } : {}),
    ...(isFixed ? {} : { "keeps its first value": keepsFirst }),
  };
}

const mutatedRecordTables = {
  schedules: { toRow: scheduleToRow, fromRow: rowToSchedule, kind: "schedule" },
  slots: { toRow: slotToRow, fromRow: rowToSlot, kind: "slot" },
  agendas: { toRow: agendaToRow, fromRow: rowToAgenda, kind: "agenda" },
  availabilities: { toRow: availabilityToRow, fromRow: rowToAvailability, kind: "availability" },
  appointments: { toRow: appointmentToRow, fromRow: rowToAppointment, kind: "appointment" },
} as const;

/** Each column of the catalogue with each flaw that a column of its type can have. */
export const columnMutants: readonly Mutant[] = [
  ...Object.keys(mutatedRecordTables).flatMap((table) =>
    mutantsOf(table as keyof typeof mutatedRecordTables, inRecords),
  ),
  ...mutantsOf("journal", inJournal),
  ...mutantsOf("commands", inCommands),
];

type MutatedTable = keyof typeof mutatedRecordTables | "journal" | "commands";
type Breaking = (table: MutatedTable, column: string, flaw: ColumnFlaw) => Mutant["breakIt"];

function mutantsOf(table: MutatedTable, breaking: Breaking): readonly Mutant[] {
  return Object.entries<Column>(catalogue[table]).flatMap(([column, definition]) =>
    Object.entries(flawsOf(definition)).map(([name, flaw]) => ({
      key: `${table}.${column} ${name}`,
      breakIt: breaking(table, column, flaw),
    })),
  );
}

function inRecords(table: MutatedTable, column: string, flaw: ColumnFlaw): Mutant["breakIt"] {
  const { toRow, fromRow, kind } = mutatedRecordTables[table as keyof typeof mutatedRecordTables];
  const changed = async (storage: StorageAdapter<never>, record: VersionedRecord): Promise<VersionedRecord> => {
    if (record.kind !== kind) return record;
    const [before] = record.version === 1 ? [] : await storage.load([keyOf(record)]);
    const rowBefore = before === undefined ? undefined : (toRow(before as never) as unknown as AnyRow);
    const row = toRow(record as never) as unknown as AnyRow;
    const value = flaw(row[column] as Value, rowBefore?.[column]);
    return fromRow({ ...row, [column]: value } as never);
  };
  return withCalls((storage) => ({
    commit: async (transitions, call) =>
      storage.commit(
        await Promise.all(
          transitions.map(async (one) => ({
            ...one,
            put: await Promise.all(one.put.map((record) => changed(storage, record))),
          })),
        ),
        call,
      ),
  }));
}

function inJournal(_table: MutatedTable, column: string, flaw: ColumnFlaw): Mutant["breakIt"] {
  return ofTransitions((one) => ({
    ...one,
    journal: one.journal.map((entry) => {
      const row = journalToRow(entry) as unknown as AnyRow;
      return rowToJournal({ ...row, [column]: flaw(row[column] as Value, undefined) } as never);
    }),
  }));
}

function inCommands(_table: MutatedTable, column: string, flaw: ColumnFlaw): Mutant["breakIt"] {
  return ofTransitions((one) => {
    const row = commandToRow(one.command, one.journal[0]?.at) as unknown as AnyRow;
    const { kind: _, ...command } = rowToCommand({ ...row, [column]: flaw(row[column] as Value, undefined) } as never);
    return { ...one, command };
  });
}

/** Changes what is committed. */
export function ofTransitions(change: (one: Transition) => Transition): Mutant["breakIt"] {
  return withCalls((storage) => ({
    commit: (transitions, call) => storage.commit(transitions.map(change), call),
  }));
}
