import type { RecordKey } from "@slotwright/core/adapter";
import {
  type CommitOutcome,
  keyOf,
  keyText,
  leftBehind,
  StorageError,
  type Transition,
  type VersionedRecord,
} from "@slotwright/core/adapter";
import type { Run } from "./connection.ts";
import { commitError, unknownOutcome } from "./errors.ts";
import { takePartition } from "./feed.ts";
import { type LockedRow, lockRecords, skippedRecords } from "./reads.ts";
import type { TableNames } from "./schema.ts";

/** The steps of a commit, in this order, on one connection. Each is separate, so that its importance can be shown. */
export interface Steps {
  readonly begin: (run: Run) => Promise<unknown>;
  /** Stores the command, or returns what is known about it. */
  readonly remember: (run: Run, tables: TableNames, transition: Transition) => Promise<CommitOutcome | undefined>;
  /** Decides about a transition that needs rows which other transactions have locked, without waiting for them. */
  readonly skip: (run: Run, tables: TableNames, transition: Transition) => Promise<CommitOutcome | undefined>;
  /** Locks the expected records, and returns the keys of those that are not as expected. */
  readonly lock: (run: Run, tables: TableNames, transition: Transition) => Promise<readonly RecordKey[]>;
  /** Writes the records, and returns the keys of those that are not at the previous version. */
  readonly write: (run: Run, tables: TableNames, transition: Transition) => Promise<readonly RecordKey[]>;
  /** False if a record already has an entry of that version. */
  readonly journal: (run: Run, tables: TableNames, transition: Transition) => Promise<boolean>;
  readonly commit: (run: Run) => Promise<unknown>;
  readonly rollback: (run: Run) => Promise<unknown>;
}

/** A batch: each transition separately. */
export async function commitEach(
  transitions: readonly Transition[],
  commitIt: (transition: Transition) => Promise<CommitOutcome>,
): Promise<readonly CommitOutcome[]> {
  const outcomes: CommitOutcome[] = [];
  const committed = new Set<string>();
  for (const transition of transitions) {
    const behind = leftBehind(transition, (id) => committed.has(id));
    const outcome = await (behind ??
      commitIt(transition).catch((error: unknown) => {
        // If a batch is committed in part, it must not be reported as not applied.
        throw committed.size > 0 ? unknownOutcome(error) : error;
      }));
    if (outcome.status === "committed") committed.add(transition.command.id);
    outcomes.push(outcome);
  }
  return outcomes;
}

/** One transition, all of it or nothing. After an error, closing the connection ends the transaction. */
export async function commitOne(
  steps: Steps,
  run: Run,
  tables: TableNames,
  transition: Transition,
): Promise<CommitOutcome> {
  await steps.begin(run);
  const outcome = await attempt(steps, run, tables, transition);
  await (outcome.status === "committed" ? steps.commit(run) : steps.rollback(run));
  return outcome;
}

/** Everything between BEGIN and COMMIT. */
export async function attempt(
  steps: Steps,
  run: Run,
  tables: TableNames,
  transition: Transition,
): Promise<CommitOutcome> {
  const earlier = await steps.remember(run, tables, transition);
  if (earlier !== undefined) return earlier;
  const skipped = await steps.skip(run, tables, transition);
  if (skipped !== undefined) return skipped;
  const stale = await steps.lock(run, tables, transition);
  if (stale.length > 0) return { status: "stale", keys: stale };
  const lost = await steps.write(run, tables, transition);
  if (lost.length > 0) return { status: "stale", keys: lost };
  const isNew = await steps.journal(run, tables, transition);
  return isNew ? { status: "committed" } : { status: "refused", guard: "journal_once_per_version" };
}

/** A transaction of our own. */
export const ownTransaction: Steps = {
  // The host's session settings must not decide: neither the isolation level, nor whether commits are durable, nor that
  // they wait forever for what cannot be skipped, such as a key that another transaction has written.
  begin: (run) =>
    run(`begin isolation level read committed;
      select set_config('synchronous_commit', 'on', true)
      where current_setting('synchronous_commit') not in ('on', 'remote_apply');
      select set_config('lock_timeout', '500', true) where current_setting('lock_timeout') = '0'`),
  remember,
  skip,
  lock,
  write,
  journal,
  commit,
  rollback: (run) => run("rollback"),
};

/** Part of the host's transaction, which a refusal must leave as it was. */
export const inHostTransaction: Steps = {
  ...ownTransaction,
  begin: (run) => run("savepoint slotwright"),
  skip: async () => undefined,
  commit: (run) => run("release slotwright"),
  rollback: (run) => run("rollback to slotwright; release slotwright"),
};

/** The second command with the same id waits here until the first has ended, and then finds its answer. */
async function remember(
  run: Run,
  { commands }: TableNames,
  { command }: Transition,
): Promise<CommitOutcome | undefined> {
  const document = JSON.stringify({ kind: "command", ...command });
  const { rowCount } = await run(`insert into ${commands} (document) values ($1) on conflict do nothing`, [document]);
  return rowCount === 1 ? undefined : rememberedOutcome(run, commands, command.id);
}

export async function rememberedOutcome(run: Run, commands: string, id: string): Promise<CommitOutcome | undefined> {
  const { rows } = await run<{ readonly document: string }>(`select document from ${commands} where id = $1`, [id]);
  const [found] = rows.map(({ document }) => JSON.parse(document) as Transition["command"]);
  return found && { status: "replayed", requestHash: found.requestHash, result: found.result };
}

/** A locked row need not be stale; its version shows whether it is. */
async function skip(run: Run, tables: TableNames, { expect }: Transition): Promise<CommitOutcome | undefined> {
  const locked = await skippedRecords(
    run,
    tables,
    expect.map(({ key }) => key),
  );
  const names = new Set(locked.map(keyText));
  const wanted = expect.filter(({ key }) => names.has(keyText(key)));
  const stale = staleKeys(wanted, locked);
  if (stale.length > 0) return { status: "stale", keys: stale };
  return wanted.length > 0 ? { status: "busy", keys: wanted.map(({ key }) => keyOf(key)) } : undefined;
}

async function lock(run: Run, tables: TableNames, { expect }: Transition): Promise<readonly RecordKey[]> {
  const keys = expect.map(({ key }) => key);
  const { rows } = await lockRecords(run, tables, keys);
  return staleKeys(expect, rows);
}

export function staleKeys(expect: Transition["expect"], rows: readonly LockedRow[]): readonly RecordKey[] {
  const stored = new Map(rows.map((row) => [keyText(row), row]));
  const holds = ({ key, version, status }: Transition["expect"][number]) => {
    const row = stored.get(keyText(key));
    return Number(row?.version ?? 0) === version && (status === undefined || row?.status === status);
  };
  return expect.filter((one) => !holds(one)).map(({ key }) => keyOf(key));
}

/** Each at its expected version + 1. The guard is part of the statement that writes, not of an earlier one. */
async function write(run: Run, { records }: TableNames, { put }: Transition): Promise<readonly RecordKey[]> {
  const isNew = ({ version }: VersionedRecord) => version === 1;
  const inserted = await run<RecordKey>(
    `insert into ${records} (document) select value from jsonb_array_elements($1)
     on conflict do nothing returning kind, id`,
    [inOrder(put.filter(isNew))],
  );
  const updated = await run<RecordKey>(
    `update ${records} as stored set document = value from jsonb_array_elements($1) as value
     where stored.id = value ->> 'id' and stored.kind = value ->> 'kind'
       and stored.version = (value ->> 'version')::integer - 1
     returning stored.kind, stored.id`,
    [inOrder(put.filter((record) => !isNew(record)))],
  );
  const written = new Set([...inserted.rows, ...updated.rows].map(keyText));
  return put.map(keyOf).filter((key) => !written.has(keyText(key)));
}

/** As JSON, in one common order, so that two transactions that insert the same ids do not deadlock. */
export function inOrder(put: readonly VersionedRecord[]): string {
  return JSON.stringify([...put].sort((a, b) => (a.id < b.id ? -1 : 1)));
}

async function journal(run: Run, tables: TableNames, { journal: entries }: Transition): Promise<boolean> {
  const { rowCount } = await run(
    `insert into ${tables.journal} (document, partition)
     select value, $2 from jsonb_array_elements($1) on conflict do nothing`,
    [JSON.stringify(entries), await takePartition(run, tables)],
  );
  return rowCount === entries.length;
}

/** If the transaction had already failed, PostgreSQL answers COMMIT with ROLLBACK, and no error. */
async function commit(run: Run): Promise<void> {
  const { command } = await run("commit").catch((error: unknown) => {
    throw commitError(error);
  });
  if (command === "COMMIT") return;
  throw new StorageError("transient", `The server answered ${command} to COMMIT. Nothing was changed; try again.`);
}
