import { setTimeout as wait } from "node:timers/promises";
import { migrationStatements } from "@slotwright/adapter-sql";
import { StorageError } from "@slotwright/core/adapter";
import { type RawBuilder, sql } from "kysely";
import type { Connection } from "./connection.ts";
import { asDocument, boundText } from "./documents.ts";
import { isMissingTable, toStorageError } from "./errors.ts";
import { membershipQuestion } from "./group-commit.ts";
import { cleaningUp, lockedByOthers, type MigrationLock, migrationWaitSeconds } from "./migration-lock.ts";
import { commitOwn, withShortWaits } from "./own-transaction.ts";
import { clock, type Statements } from "./statements.ts";
import type { MysqlStrategy } from "./strategy.ts";

/** For how long a process that was killed keeps the others out. They wait longer than that. */
const leaseMs = 30_000;
const renewAfterMs = 5_000;
const pollMs = 100;

/**
 * The locks of a node are unknown to the other nodes, but no two of them can both commit a change of the same row. So
 * the right to migrate is a row of the migration table, with the version 0. Who changes it from what it was has the
 * right until the row is free again, or until the time in it has passed: a process may have been killed.
 */
export const leased: MigrationLock = async (connection, strategy, work) => {
  const statements = leaseStatements(strategy);
  const change = (from: string, to: string) => changed(connection, statements, from, to);
  const { isFirst, ...lease } = await taken(connection, statements);
  let { name, at } = lease;
  const keep = async () => {
    if (performance.now() - at < renewAfterMs) return;
    const [stored] = await connection.read<StoredLease>(statements.read, []);
    const next = nameOf(lease.token, stored?.now ?? 0);
    if (!(await change(name, next))) throw takenOver(connection);
    [name, at] = [next, performance.now()];
  };
  return cleaningUp(
    () => work({ isFirst, keep }),
    () => change(name, free),
  );
};

/** What is in the name of the row while nobody has the right: if nobody ever had it, and later. */
const unused = "migrating: nobody yet";
const free = "migrating: nobody";
const nameOf = (token: string, now: number) => `migrating: ${token} until ${now + leaseMs}`;

/** The row, and what the node says at the same time: its clock, and a token that is another one each time. */
interface StoredLease {
  readonly name: string;
  readonly now: number;
  readonly token: string;
}

function isFree({ name, now }: StoredLease): boolean {
  return name === unused || name === free || Number(/ until (\d+)$/.exec(name)?.[1]) < now;
}

interface TakenLease {
  readonly token: string;
  readonly name: string;
  /** When it was taken, by the clock of this process. */
  readonly at: number;
  readonly isFirst: boolean;
}

async function taken(connection: Connection, statements: LeaseStatements): Promise<TakenLease> {
  const began = performance.now();
  for (;;) {
    const at = performance.now();
    const lease = await existing(connection, statements);
    if (lease !== undefined && isFree(lease)) {
      const name = nameOf(lease.token, lease.now);
      const isMine = await changed(connection, statements, lease.name, name).catch(unlessOvertaken);
      if (isMine) return { token: lease.token, name, at, isFirst: lease.name === unused };
    }
    if (at - began > migrationWaitSeconds * 1_000) throw lockedByOthers(connection);
    await wait(pollMs);
  }
}

/** The row, which is made if it is missing. Undefined if another process was faster. */
async function existing(connection: Connection, statements: LeaseStatements): Promise<StoredLease | undefined> {
  const found = await stored(connection, statements);
  if (found !== "no table" && found !== undefined) return found;
  if (found === "no table") await connection.command(statements.createTable);
  const names = [Buffer.from(unused), Buffer.from(free)];
  const insert = () => connection.changed(statements.insert, names);
  await inTransaction(connection, statements, insert).catch(unlessOvertaken);
  const made = await stored(connection, statements);
  return made === "no table" ? undefined : made;
}

async function stored(
  connection: Connection,
  statements: LeaseStatements,
): Promise<StoredLease | "no table" | undefined> {
  try {
    const [lease] = await connection.read<StoredLease>(statements.read, []);
    return lease;
  } catch (error) {
    if (isMissingTable(error)) return "no table";
    throw error;
  }
}

async function changed(
  connection: Connection,
  statements: LeaseStatements,
  from: string,
  to: string,
): Promise<boolean> {
  const values = [Buffer.from(to), Buffer.from(from)];
  return (await inTransaction(connection, statements, () => connection.changed(statements.update, values))) > 0;
}

function inTransaction<T>(connection: Connection, statements: LeaseStatements, work: () => Promise<T>): Promise<T> {
  return withShortWaits(connection, async () => {
    await connection.command("start transaction");
    const result = await work();
    await commitOwn(connection, statements);
    return result;
  });
}

/** Another node has changed the row at the same time, or dropped the table, because there was nothing to migrate to. */
function unlessOvertaken(error: unknown): undefined {
  if (isMissingTable(error)) return;
  if (toStorageError(error, { databaseName: "", during: "migrate" }).failure !== "transient") throw error;
}

function takenOver({ databaseName }: Connection): StorageError {
  return new StorageError(
    "transient",
    `The migration of the database ${databaseName} took so long that another process has taken it over. Try again when it has finished.`,
  );
}

interface LeaseStatements extends Pick<Statements, "askMembership"> {
  readonly createTable: string;
  readonly read: string;
  /**
   * Takes the name if nobody can have begun, and the other one. Changes nothing if there is a row. A table without any
   * row is one that a process has just made: which of several makes the row does not matter.
   */
  readonly insert: string;
  /** Takes the name, and the name before. */
  readonly update: string;
}

function leaseStatements(strategy: MysqlStrategy): LeaseStatements {
  const compile = (query: RawBuilder<unknown>) => query.compile(strategy.queries).sql;
  const table = sql.table("migrations");
  const text = boundText(sql`${""}`);
  return {
    askMembership: membershipQuestion(strategy),
    createTable: migrationStatements(strategy).createTable,
    read: compile(
      sql`select ${asDocument(sql`json_object('name', name, 'now', ${clock}, 'token', uuid())`)} from ${table} where version = 0`,
    ),
    insert: compile(
      sql`insert ignore into ${table} (version, name, oldest_code) select 0, case when count(*) = 0 then ${text} else ${text} end, 0 from ${table}`,
    ),
    update: compile(sql`update ${table} set name = ${text} where version = 0 and name = ${text}`),
  };
}
