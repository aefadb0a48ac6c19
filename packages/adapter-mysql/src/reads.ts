import { type CommandRow, rowToCommand, rowToRecord } from "@slotwright/adapter-sql";
import {
  type CommandRecord,
  compareIds,
  keyText,
  type RecordKey,
  type RecordKind,
  type StoredRecord,
} from "@slotwright/core/adapter";
import type { Connection } from "./connection.ts";
import { kindsInLockOrder } from "./load-statements.ts";
import { lockable, lookedAt, type Statements } from "./statements.ts";

/** What a call is made with. */
export interface On<Sql extends Statements = Statements> {
  readonly connection: Connection;
  /** The same connection, but its reads wait until a node of a cluster has what was acknowledged on any other. */
  readonly caughtUp: Connection;
  readonly statements: Sql;
}

export interface LoadedRow {
  readonly kind: RecordKind;
  readonly row: unknown;
  /** For a schedule: its version as the host's transaction sees it. */
  readonly seen?: number | null;
}

/** One statement for all kinds: one round trip, and one point in time. */
export async function loadRecords(
  { connection, statements }: On,
  keys: readonly RecordKey[],
): Promise<readonly (StoredRecord | undefined)[]> {
  if (keys.length === 0) return [];
  const ids = idsBy(keys, ({ kind }) => kind);
  const kinds = kindsInLockOrder.filter((kind) => ids[kind] !== undefined);
  const rows = await connection.read<LoadedRow>(
    statements.load(kinds),
    kinds.map((kind) => boundIds(ids[kind])),
  );
  return inOrderOf(
    keys,
    rows.map(({ kind, row }) => rowToRecord(kind, row)),
  );
}

export function inOrderOf(
  keys: readonly RecordKey[],
  records: readonly StoredRecord[],
): readonly (StoredRecord | undefined)[] {
  const found = new Map(records.map((record) => [keyText(record), record]));
  return keys.map((key) => found.get(keyText(key)));
}

type Ids = readonly (readonly [id: string])[];

/** The ids in groups, sorted in the order in which their rows are locked. */
export function idsBy<Group extends string>(
  keys: readonly RecordKey[],
  groupOf: (key: RecordKey) => Group,
): Partial<Record<Group, Ids>> {
  const groups = [...Map.groupBy(keys, groupOf)].map(
    ([group, of]) => [group, [...new Set(of.map(({ id }) => id))].sort(compareIds).map((id) => [id])] as const,
  );
  return Object.fromEntries(groups) as unknown as Partial<Record<Group, Ids>>;
}

export function boundIds(ids: Ids = []): Buffer {
  return Buffer.from(JSON.stringify(ids));
}

/** What is stored, and which rows others have locked. The other rows are locked until the transaction ends. */
export interface Look {
  readonly stored: readonly (StoredRecord | undefined)[];
  /** By `keyText`. */
  readonly locked: ReadonlySet<string>;
}

type LookedRow = LoadedRow | { readonly free: RecordKind; readonly id: string };

/** `run` is a connection's `read` outside a transaction, or its `documents` within one. */
export async function lookAt(run: Connection["read"], { look }: Statements, keys: readonly RecordKey[]): Promise<Look> {
  const ids = idsBy(keys, ({ kind }) => kind);
  const parameters = [...lookedAt, ...lockable].map((kind) => boundIds(ids[kind]));
  const found = new Map<string, StoredRecord>();
  const free = new Set<string>();
  for (const row of await run<LookedRow>(look, parameters)) {
    if ("free" in row) {
      free.add(keyText({ kind: row.free, id: row.id }));
      continue;
    }
    const record = rowToRecord(row.kind, row.row);
    found.set(keyText(record), record);
  }
  const texts = [...found.keys()].filter((text) => found.get(text)?.kind !== "command" && !free.has(text));
  return { stored: keys.map((key) => found.get(keyText(key))), locked: new Set(texts) };
}

/** Those of the commands that took effect before, as they are stored now. */
export async function loadReplayed(
  connection: Connection,
  { loadReplayed: statement }: Statements,
  ids: readonly string[],
): Promise<ReadonlyMap<string, CommandRecord>> {
  const sorted = JSON.stringify(ids.toSorted(compareIds).map((id) => [id]));
  const rows = await connection.read<LoadedRow>(statement, [Buffer.from(sorted)]);
  return new Map(rows.map(({ row }) => rowToCommand(row as CommandRow)).map((record) => [record.id, record]));
}

type List = { readonly sql: string; readonly parameters: readonly unknown[] } | undefined;

export async function listed<Row>(connection: Connection, read: List): Promise<readonly Row[]> {
  if (read === undefined) return [];
  const values = read.parameters.map((value) => (typeof value === "string" ? Buffer.from(value) : value));
  return connection.read<Row>(read.sql, values);
}
