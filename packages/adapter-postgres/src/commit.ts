import {
  beforeItsAppointment,
  type CommandRow,
  commandToRow,
  isNewAndTaken,
  journalToRow,
  type Link,
  linksOf,
  type PutRecord,
  recordToRow,
  rowToCommand,
  toBeTriedAgain,
  withoutThoseBehind,
} from "@slotwright/adapter-sql";
import {
  type CommitOutcome,
  compareIds,
  isStorageError,
  keyText,
  type RecordKey,
  type RecordKind,
  type SlotStatus,
  StorageError,
  type Transition,
} from "@slotwright/core/adapter";
import type { On } from "./calls.ts";
import { type CommitParameter, commitParameters } from "./commit-parameters.ts";
import { refusingGuard } from "./errors.ts";
import { kinds } from "./load-statements.ts";
import { encodeRows, type RowType } from "./row-types.ts";
import { confirmed } from "./standbys.ts";

/**
 * Commits a batch in one statement. If a transition violates a guard of the database, it commits each one separately.
 */
export async function commitBatch(on: On, transitions: readonly Transition[]): Promise<readonly CommitOutcome[]> {
  const outcomes = new Map<Transition, CommitOutcome>();
  try {
    await settle(on, transitions, outcomes);
  } catch (error) {
    const isToBeTold = isStorageError(error) && error.failure !== "unknown" && hasCommitted(on, outcomes);
    if (!isToBeTold) throw error;
  }
  return transitions.map((transition) => outcomes.get(transition) ?? toBeTriedAgain(transition));
}

type Outcomes = Map<Transition, CommitOutcome>;

/**
 * Outside a host's transaction, a committed transition stays committed even if a later one fails. Its outcome is
 * reported, and the later ones must be tried again. The next attempt then reports the failure.
 */
function hasCommitted({ isHostTransaction }: On, outcomes: Outcomes): boolean {
  return !isHostTransaction && [...outcomes.values()].some(({ status }) => status === "committed");
}

async function settle(on: On, transitions: readonly Transition[], outcomes: Outcomes): Promise<void> {
  const batch = withoutThoseBehind(transitions, outcomes);
  if (batch.length === 0) return;
  const links = linksOf(batch);
  const checks = checksOf(links);
  if (!areDisjoint(checks)) return settleEach(on, batch, outcomes);
  const { run, statements, isHostTransaction } = on;
  const rows: Rows = { ...rowsOf(links), checks };
  const parameters = commitParameters.map(({ name, type }) => encodedOrNull(type, rows[name]));
  const [row] = await run<{ readonly answer: string | null }>(
    statements.commit,
    [isHostTransaction, ...parameters],
    "commit",
  );
  const answer = JSON.parse(row?.answer ?? "{}") as CommitAnswer;
  if (answer.redo === true) return settleEach(on, batch, outcomes);
  const replays = links.filter((link) => isReplay(answer, link, links));
  for (const link of links) {
    const outcome = replays.includes(link) ? undefined : outcomeOf(answer, link);
    if (outcome !== undefined) outcomes.set(link.transition, outcome);
  }
  // Outside a host's transaction, the others stay committed whatever becomes of this.
  await confirmReplays(on, replays, outcomes);
  const rest = batch.filter((one) => !outcomes.has(one));
  // Nothing of theirs was in the way, so they are written without the others of their chain.
  await (answer.replayed == null ? settle(on, rest, outcomes) : settleEach(on, rest, outcomes));
}

async function settleEach(on: On, batch: readonly Transition[], outcomes: Outcomes): Promise<void> {
  for (const transition of batch) await settle(on, [transition], outcomes);
}

function encodedOrNull(type: RowType, rows: readonly object[] | undefined): Buffer | null {
  return rows === undefined ? null : encodeRows(type, rows);
}

type NumberedKey = readonly [number, RecordKind, string];

/** The answer of the function in the database. */
interface CommitAnswer {
  readonly redo?: true;
  readonly refused?: { readonly code: string; readonly constraint: string; readonly message: string };
  /** By the number of the transition. */
  readonly stale?: readonly NumberedKey[] | null;
  readonly busy?: readonly NumberedKey[] | null;
  /** By the number of the chain. The hash and the result come along, but only what is confirmed is told. */
  readonly replayed?: readonly (readonly [number, ...unknown[]])[] | null;
}

/** Whether the command was found. Of several in one chain, it is not known which. */
function isReplay({ replayed }: CommitAnswer, link: Link, links: readonly Link[]): boolean {
  const isAlone = links.every((one) => one === link || one.chain !== link.chain);
  return isAlone && replayed?.some(([chain]) => chain === link.chain) === true;
}

/**
 * A command that is not there any longer is tried again: another server has taken over meanwhile. So is one that cannot
 * be confirmed, if others of its batch are committed: if it cannot be tried again in time, it is told to be busy.
 */
async function confirmReplays(on: On, links: readonly Link[], outcomes: Outcomes): Promise<void> {
  if (links.length === 0) return;
  const ids = links.map(({ transition }) => transition.command.id);
  const rows = await confirmed<CommandRow>(on, on.statements.load.confirm(["command"]), [ids]).catch((error) => {
    if (!isStorageError(error) || !hasCommitted(on, outcomes)) throw error;
    return [];
  });
  const found = new Map(rows.map((row) => [row.id, rowToCommand(row)]));
  for (const { transition } of links) {
    const command = found.get(transition.command.id);
    const { requestHash, result } = command ?? {};
    outcomes.set(
      transition,
      requestHash === undefined ? toBeTriedAgain(transition) : { status: "replayed", requestHash, result },
    );
  }
}

/** Undefined if only others of its chain are known to have lost. */
function outcomeOf({ refused, stale, busy, replayed }: CommitAnswer, link: Link): CommitOutcome | undefined {
  if (refused !== undefined) return refusedOutcome(refused);
  const ofChain = ([chain]: readonly [number, ...unknown[]]) => chain === link.chain;
  const isReplayed = replayed?.some(ofChain);
  const [lost, locked] = [failedKeys(link, stale), failedKeys(link, busy)];
  if (!isReplayed && lost.length > 0) return { status: "stale", keys: lost };
  if (!isReplayed && locked.length > 0) return { status: "busy", keys: locked };
  const isLost = [stale, busy, replayed].some((found) => found?.some(ofChain));
  return isLost ? undefined : { status: "committed" };
}

/** The keys of a transition that are among those found, in its own order. */
function failedKeys({ expect, chain }: Link, found: CommitAnswer["stale"]): readonly RecordKey[] {
  const wanted = new Set(found?.filter(([of]) => of === chain).map(([, kind, id]) => keyText({ kind, id })));
  if (wanted.size === 0) return [];
  return expect.map(({ key }) => key).filter((key) => wanted.delete(keyText(key)));
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
  readonly status: SlotStatus | undefined;
}

/**
 * The versions that must hold: those that are expected, and those before what is put, even if they are not expected.
 */
function checksOf(links: readonly Link[]): readonly VersionCheck[] {
  return links
    .flatMap(({ expect, chain: n }) =>
      expect.map(({ key: { kind, id }, version, status }) => ({ n, kind, id, version, status })),
    )
    .sort(inLockOrder);
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
function rowsOf(links: readonly Link[]): Rows {
  const rows: { [P in CommitParameter]?: { readonly id?: string }[] } = {};
  for (const { chain: n, put, transition } of links) {
    const { command, journal } = transition;
    const add = (group: CommitParameter, row: { readonly id?: string }) =>
      // biome-ignore lint/suspicious/noAssignInExpressions: a group is made by its first row
      (rows[group] ??= []).push(Object.assign(row, { n }));
    add("commands", commandToRow(command, journal[0]?.at));
    for (const one of put) {
      const { record } = one;
      if (isNewAndTaken(record)) add("new_free_slots", recordToRow(beforeItsAppointment(record)));
      add(parameterFor(one), recordToRow(record));
    }
    for (const entry of journal) add("journal", journalToRow(entry) as object);
  }
  for (const group of Object.values(rows)) group.sort(byId);
  return rows;
}

function byId({ id: a }: { readonly id?: string }, { id: b }: { readonly id?: string }): number {
  return a === undefined || b === undefined ? 0 : compareIds(a, b);
}

/** The groups follow `writeOrder` of adapter-sql. */
function parameterFor({ record, isNew }: PutRecord): CommitParameter {
  if (record.kind === "agenda") return isNew ? "new_agendas" : "agendas";
  if (record.kind === "schedule") return isNew ? "new_schedules" : "schedules";
  if (record.kind === "availability") return isNew ? "new_availabilities" : "availabilities";
  if (record.kind === "appointment") return isNew ? "new_appointments" : "appointments";
  if (record.appointmentId === null) return isNew ? "new_free_slots" : "free_slots";
  return isNew ? "new_taken_slots" : "taken_slots";
}
