import { commandToRow, journalToRow, recordToRow, toBeTriedAgain } from "@slotwright/adapter-sql";
import {
  type CommitOutcome,
  compareIds,
  isStorageError,
  keyOf,
  keyText,
  type RecordKey,
  type RecordKind,
  StorageError,
  type Transition,
  type VersionedRecord,
} from "@slotwright/core/adapter";
import { type CommitParameter, commitParameters } from "./commit-parameters.ts";
import type { Runner } from "./connection.ts";
import { refusingGuard } from "./errors.ts";
import { kinds } from "./load-statements.ts";
import { encodeRows, type RowType } from "./row-types.ts";
import { confirmRecord } from "./standbys.ts";
import type { Statements } from "./statements.ts";

/** How a batch reaches the database. */
export interface CommitContext {
  readonly run: Runner;
  readonly statements: Pick<Statements, "commit" | "confirm">;
  /** Whether it waits for rows that others have locked. Only a commit within a host's transaction does. */
  readonly waits: boolean;
}

/**
 * Commits a batch in one statement. If a transition violates a guard of the database, it commits each one separately.
 */
export async function commitBatch(
  context: CommitContext,
  transitions: readonly Transition[],
): Promise<readonly CommitOutcome[]> {
  if (transitions.length === 0) return [];
  const checks = checksOf(transitions);
  if (!areDisjoint(checks)) return oneByOne(context, transitions);
  const { run, statements, waits } = context;
  const rows: Rows = { ...rowsOf(transitions), checks };
  const parameters = commitParameters.map(({ name, type }) => encodedOrNull(type, rows[name]));
  const [row] = await run<{ readonly answer: string | null }>(statements.commit, [waits, ...parameters], "commit");
  const answer = JSON.parse(row?.answer ?? "{}") as CommitAnswer;
  if (answer.redo === true) return oneByOne(context, transitions);
  if (answer.replayed != null) await confirmRecord(run, statements.confirm);
  return transitions.map((transition, n) => outcomeOf(answer, transition, n));
}

function encodedOrNull(type: RowType, rows: readonly object[] | undefined): Buffer | null {
  return rows === undefined ? null : encodeRows(type, rows);
}

/**
 * Outside a host's transaction, a committed transition stays committed even if a later one fails. Its outcome is
 * reported, and the later ones must be tried again. The next attempt then reports the failure.
 */
async function oneByOne(context: CommitContext, transitions: readonly Transition[]): Promise<readonly CommitOutcome[]> {
  const outcomes: CommitOutcome[] = [];
  for (const transition of transitions) {
    try {
      outcomes.push(...(await commitBatch(context, [transition])));
    } catch (error) {
      if (context.waits || outcomes.length === 0 || !isStorageError(error) || error.failure === "unknown") throw error;
      return [...outcomes, ...transitions.slice(outcomes.length).map(toBeTriedAgain)];
    }
  }
  return outcomes;
}

type NumberedKey = readonly [number, RecordKind, string];

/** The answer of the function in the database. */
interface CommitAnswer {
  readonly redo?: true;
  readonly refused?: { readonly code: string; readonly constraint: string; readonly message: string };
  /** By the number of the transition. */
  readonly stale?: readonly NumberedKey[] | null;
  readonly busy?: readonly NumberedKey[] | null;
  readonly replayed?: readonly (readonly [number, string, string])[] | null;
}

function outcomeOf({ refused, stale, busy, replayed }: CommitAnswer, transition: Transition, n: number): CommitOutcome {
  if (refused !== undefined) return refusedOutcome(refused);
  const replay = replayed?.find(([of]) => of === n);
  if (replay !== undefined) {
    return { status: "replayed", requestHash: replay[1], result: JSON.parse(replay[2]) as unknown };
  }
  const [lost, locked] = [failedKeys(transition, n, stale), failedKeys(transition, n, busy)];
  if (lost.length > 0) return { status: "stale", keys: lost };
  return locked.length > 0 ? { status: "busy", keys: locked } : { status: "committed" };
}

/** The keys of a transition that are among those found, in its own order. */
function failedKeys({ expect, put }: Transition, n: number, found: CommitAnswer["stale"]): readonly RecordKey[] {
  const wanted = new Set(found?.filter(([of]) => of === n).map(([, kind, id]) => keyText({ kind, id })));
  if (wanted.size === 0) return [];
  const keys = [...expect.map(({ key }) => key), ...put].map(keyOf);
  return keys.filter((key) => wanted.delete(keyText(key)));
}

/**
 * The refusal comes from one of our guards, or from something that was added, such as a constraint or a trigger. Our
 * own rows never violate a nameless rule, such as a missing value or invalid JSON.
 */
function refusedOutcome(refused: NonNullable<CommitAnswer["refused"]>): CommitOutcome {
  const guard = refused.constraint === "" ? undefined : refusingGuard(refused);
  if (guard !== undefined) return { status: "refused", guard };
  throw new StorageError(
    "refused",
    `The database refused the change: ${refused.message}. Nothing was changed.`,
    refused,
  );
}

interface VersionCheck {
  readonly n: number;
  readonly kind: RecordKind;
  readonly id: string;
  readonly version: number;
}

/**
 * The versions that must hold: those that are expected, and those before what is put, even if they are not expected.
 */
function checksOf(transitions: readonly Transition[]): readonly VersionCheck[] {
  const checks = transitions.flatMap(({ expect, put }, n) => {
    const wanted = new Map<string, VersionCheck>();
    const add = ({ kind, id }: RecordKey, version: number) =>
      wanted.set(`${kind} ${version} ${id}`, { n, kind, id, version });
    for (const { key, version } of expect) add(key, version);
    for (const record of put) add(record, record.version - 1);
    return [...wanted.values()];
  });
  return checks.sort(inLockOrder);
}

/** Two versions of one record in a batch would be compared before either is written. */
function areDisjoint(checks: readonly VersionCheck[]): boolean {
  return checks.every(({ n, kind, id }, index) => {
    const before = checks[index - 1];
    return before === undefined || before.n === n || before.id !== id || before.kind !== kind;
  });
}

/** Everybody locks in this one order, so that no two batches wait for each other. */
function inLockOrder(a: VersionCheck, b: VersionCheck): number {
  return kinds.indexOf(a.kind) - kinds.indexOf(b.kind) || compareIds(a.id, b.id);
}

type Rows = { readonly [P in CommitParameter]?: readonly object[] };

/** New rows are written in the order of their ids, because two writers of the same id wait for one another. */
function rowsOf(transitions: readonly Transition[]): Rows {
  const rows: { [P in CommitParameter]?: { readonly id?: string }[] } = {};
  for (const [n, { command, put, journal }] of transitions.entries()) {
    const add = (group: CommitParameter, row: { readonly id?: string }) =>
      // biome-ignore lint/suspicious/noAssignInExpressions: a group is made by its first row
      (rows[group] ??= []).push(Object.assign(row, { n }));
    add("commands", commandToRow(command, journal[0]?.at));
    for (const record of put) add(parameterFor(record), recordToRow(record));
    for (const entry of journal) add("journal", journalToRow(entry) as object);
  }
  for (const group of Object.values(rows)) group.sort(byId);
  return rows;
}

function byId({ id: a }: { readonly id?: string }, { id: b }: { readonly id?: string }): number {
  return a === undefined || b === undefined ? 0 : compareIds(a, b);
}

/** The groups follow `writeOrder` of adapter-sql. */
function parameterFor(record: VersionedRecord): CommitParameter {
  const isNew = record.version === 1;
  if (record.kind === "agenda") return isNew ? "new_agendas" : "agendas";
  if (record.kind === "schedule") return isNew ? "new_schedules" : "schedules";
  if (record.kind === "availability") return isNew ? "new_availabilities" : "availabilities";
  if (record.kind === "appointment") return isNew ? "new_appointments" : "appointments";
  if (record.appointmentId === null) return isNew ? "new_free_slots" : "free_slots";
  return isNew ? "new_taken_slots" : "taken_slots";
}
