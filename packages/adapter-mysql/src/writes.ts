import {
  beforeItsAppointment,
  commandToRow,
  isNewAndTaken,
  journalToRow,
  type Link,
  linksOf,
  type PutRecord,
  recordToRow,
} from "@slotwright/adapter-sql";
import { compareIds, type RecordKind, StorageError, type Transition } from "@slotwright/core/adapter";
import type { Connection } from "./connection.ts";
import { type CommitStep, columnsOf, rowText, type StepName, steps } from "./steps.ts";

/** One value for each parameter of the procedures: a JSON array of rows in bytes, or null. */
export type WriteParameters = readonly (Buffer | null)[];

type Rows = Partial<Record<StepName, object[]>>;

/** The longest array, in bytes, that one of several calls carries, so that no statement takes long. */
const longestArray = 200_000;

/**
 * The parameters that write these transitions: for one call of the procedure, or for several calls in this order if
 * they are too many for one.
 * @throws StorageError `refused` if a single row exceeds what the server accepts
 */
export async function writeCalls(
  transitions: readonly Transition[],
  connection: Connection,
): Promise<readonly WriteParameters[]> {
  const rows = rowsOf(transitions);
  const whole = steps.map((step) => arrayOf(textsOf(step, rows)));
  let [size, longest] = [0, 0];
  for (const array of whole) {
    if (array === null) continue;
    size += array.length;
    longest = Math.max(longest, array.length);
  }
  const most = size <= alwaysFits ? alwaysFits : await mostBytes(connection);
  if (size <= most && longest <= longestArray) return [whole];
  const arrays = steps.map((step) => arraysOf(textsOf(step, rows), most, connection));
  return arrays.flatMap((parts, step) => parts.map((part) => arrays.map((_, index) => (index === step ? part : null))));
}

const noTexts: readonly string[] = [];

/** One value may be read from it by itself, where only a missing one is NULL. */
const lockText = (columns: readonly string[], row: object) =>
  rowText(
    columns.filter((column) => column in row),
    row,
  );

function textsOf(step: CommitStep, rows: Rows): readonly string[] {
  const columns = columnsOf(step);
  if (step.how === "lock") return rows[step.name]?.map((row) => lockText(columns, row)) ?? noTexts;
  return rows[step.name]?.map((row) => rowText(columns, row)) ?? noTexts;
}

const sizeOf = (text: string) => Buffer.byteLength(text);

const arrayOf = (texts: readonly string[]) => (texts.length === 0 ? null : Buffer.from(`[${texts.join()}]`));

function arraysOf(texts: readonly string[], most: number, connection: Connection): readonly (Buffer | null)[] {
  const arrays: string[][] = [];
  const longest = Math.min(longestArray, most);
  let length = 0;
  for (const text of texts) {
    const size = sizeOf(text) + 1;
    if (size > most) throw packetTooLarge(connection, size, most);
    if (length === 0 || length + size > longest) {
      arrays.push([]);
      length = 0;
    }
    arrays.at(-1)?.push(text);
    length += size;
  }
  return arrays.map(arrayOf);
}

/** Every server accepts this much. */
const alwaysFits = 16_000;

const packets = new WeakMap<object, number>();

/**
 * The most bytes that a call may have. A session keeps the limit that the server had when the session began. What is
 * read back from the rows has to fit as well, with names around it.
 */
async function mostBytes({ session, documents }: Connection): Promise<number> {
  const known = packets.get(session);
  if (known !== undefined) return known;
  const [packet = 0] = await documents<number>("select convert(@@max_allowed_packet using binary) as doc", []);
  const most = Math.floor(packet * 0.9);
  packets.set(session, most);
  return most;
}

function packetTooLarge({ databaseName }: Connection, size: number, most: number): StorageError {
  return new StorageError(
    "refused",
    `The command writes a row of ${size} bytes, but max_allowed_packet of the database ${databaseName} allows only ${most}. Nothing was changed; raise max_allowed_packet on the server, or send less in one command.`,
  );
}

function rowsOf(transitions: readonly Transition[]): Rows {
  const rows: Rows = {};
  const add = (step: StepName, row: object) => {
    rows[step] ??= [];
    rows[step].push(row);
  };
  const links = linksOf(transitions);
  for (const {
    put,
    transition: { journal, command },
  } of links) {
    for (const one of put) {
      if (isNewAndTaken(one.record)) add("new_slots", recordToRow(beforeItsAppointment(one.record)));
      add(stepOf(one), recordToRow(one.record));
    }
    for (const entry of journal) add("new_journal", journalToRow(entry));
    add("new_commands", commandToRow(command, journal[0]?.at));
  }
  // Two batches that write the same ids meet in the same order.
  for (const group of Object.values(rows)) group.sort(byId);
  return { ...rows, ...locksOf(links) };
}

interface LockRow {
  readonly id: string;
  readonly version: number;
  readonly status?: string;
}

interface Row {
  /** Entries of the journal have none. */
  readonly id?: string;
}

function stepOf({ record, isNew }: PutRecord): StepName {
  if (record.kind === "agenda") return isNew ? "new_agendas" : "old_agendas";
  if (record.kind === "schedule") return isNew ? "new_schedules" : "old_schedules";
  if (record.kind === "availability") return isNew ? "new_availabilities" : "old_availabilities";
  if (record.kind === "appointment") return isNew ? "new_appointments" : "old_appointments";
  if (record.appointmentId !== null) return "old_booked_slots";
  return isNew ? "new_slots" : "old_slots";
}

const lockSteps = {
  agenda: "lock_agendas",
  schedule: "lock_schedules",
  availability: "lock_availabilities",
  slot: "lock_slots",
  appointment: "lock_appointments",
} as const satisfies Partial<Record<RecordKind, StepName>>;

/** The existing rows that are expected or put, each as it has to be, in the order of their ids. */
function locksOf(links: readonly Link[]): Rows {
  const locks: Record<string, Map<string, LockRow>> = {};
  const lock = ({ key: { kind, id }, version, status }: Link["expect"][number]) => {
    if (version === 0 || kind === "command") return;
    const step = lockSteps[kind];
    locks[step] ??= new Map();
    locks[step].set(`${version} ${status ?? ""} ${id}`, { id, version, ...(status !== undefined && { status }) });
  };
  for (const { expect } of links) for (const one of expect) lock(one);
  const sorted = Object.entries(locks).map(([step, rows]) => [step, [...rows.values()].sort(byId)]);
  return Object.fromEntries(sorted) as Rows;
}

function byId({ id: a }: Row, { id: b }: Row): number {
  return a === undefined || b === undefined ? 0 : compareIds(a, b);
}
