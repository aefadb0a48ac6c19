import { freshnessCheck, type Lend, misuse, type PoolState } from "@slotwright/adapter-sql";
import type { CallOptions, OnWarning } from "@slotwright/core/adapter";
import {
  breaksConnection,
  type During,
  isForgottenStatement,
  isReadOnlySession,
  isRefusedName,
  toStorageError,
} from "./errors.ts";
import { hearStandbys, requireStandbys, stopHearing } from "./standbys.ts";

/** A statement with a constant text, and the name under which connections prepare it. */
export interface Statement {
  readonly sql: string;
  readonly name: string;
}

/** Runs one statement. @throws StorageError */
export type Runner = <Row>(
  statement: Statement,
  parameters: readonly unknown[],
  during?: During,
) => Promise<readonly Row[]>;

/** The argument of pg's `query`. */
export interface PostgresQuery {
  readonly text: string;
  readonly name?: string;
  readonly values?: unknown[];
  readonly types?: { getTypeParser(oid: number): (value: string) => unknown };
  readonly query_timeout?: number;
}

/** The part of pg's `Client` that is used. */
export interface PostgresClient {
  query(query: PostgresQuery): Promise<{ readonly rows: unknown[]; readonly command?: string }>;
  on(event: "error", listener: (error: Error) => void): unknown;
  removeListener(event: "error", listener: (error: Error) => void): unknown;
  /** The state of the session: `I` idle, `T` in a transaction, `E` in a failed one. Since pg 8.23. */
  getTransactionStatus?(): string | null;
  readonly binary?: boolean;
  readonly host?: string;
  readonly port?: number;
  readonly database?: string | undefined;
}

/** The part of a warning that is used. */
export interface PostgresNotice {
  /** The function of the server that it comes from. */
  readonly routine?: string | undefined;
}

/** The part of a pooled client that is used. */
export interface PostgresPoolClient extends PostgresClient {
  on(event: "error", listener: (error: Error) => void): unknown;
  on(event: "notice", listener: (notice: PostgresNotice) => void): unknown;
  removeListener(event: "error", listener: (error: Error) => void): unknown;
  removeListener(event: "notice", listener: (notice: PostgresNotice) => void): unknown;
  release(destroy?: Error | boolean): void;
}

/** The part of pg's `Pool` that is used. */
export interface PostgresPool {
  connect(): Promise<PostgresPoolClient>;
  on(event: "error", listener: (error: Error) => void): unknown;
  on(event: "acquire" | "connect", listener: (client: PostgresPoolClient) => void): unknown;
}

const integerTypes: readonly number[] = [20, 21, 23];

/**
 * The host's type parsers in pg, global or of its pool, must not change a result. Ours must not change the host's
 * results either. So every query brings its own parsers.
 */
const types: NonNullable<PostgresQuery["types"]> = {
  getTypeParser: (oid) => (integerTypes.includes(oid) ? Number : String),
};

export function queryOf({ sql, name }: Statement, parameters: readonly unknown[], isNamed: boolean): PostgresQuery {
  return { text: sql, values: [...parameters], types, ...(isNamed && { name }) };
}

/** Where the connections come from. */
export interface Source {
  /** Host, port and database, for messages. */
  readonly databaseName: string;
  readonly lend: Lend<PostgresPoolClient>;
  readonly state: () => PoolState;
  readonly close: () => Promise<void>;
}

/** Whether an adapter sends its statements under names. */
export interface StatementNames {
  areSent: boolean;
}

/** What a call of an adapter passes along. */
export interface CallContext {
  readonly names: StatementNames;
  readonly call: CallOptions | undefined;
}

/**
 * Clients whose sessions have lost their prepared statements. This recurs if a host runs DISCARD ALL at every release.
 */
const forgetful = new WeakSet<PostgresClient>();

/** Once a session has lost a statement, later statements on that client are sent without names. */
export async function rowsOn(
  client: PostgresClient,
  statement: Statement,
  parameters: readonly unknown[],
  { names, call }: CallContext,
): Promise<readonly unknown[]> {
  const isNamed = names.areSent && !forgetful.has(client);
  try {
    return (await client.query(queryOf(statement, parameters, isNamed))).rows;
  } catch (error) {
    if (isForgottenStatement(error)) forgetful.add(client);
    if (!isNamed || !isRefusedName(error)) throw error;
    if (names.areSent) giveUpNames(names, call?.onWarning);
    // The client itself refused the statement. Nothing was sent, and an open transaction goes on.
    return (await client.query(queryOf(statement, parameters, false))).rows;
  }
}

/** A tracer that appends a comment gives each statement a new text, and pg accepts only one text for a name. */
function giveUpNames(names: StatementNames, onWarning: OnWarning | undefined): void {
  names.areSent = false;
  const message =
    "Something changes the text of statements before pg sends them, such as a tracer that appends a comment. From now on, statements are sent without names: everything works, but the server plans each statement anew. To keep the plans, turn the comments off for this pool. To avoid this warning, create the adapter with preparedStatements: false.";
  onWarning?.({ code: "statement_names_refused", message, details: {} });
}

/** Runs each statement in its own transaction, on any connection of the pool. */
export function poolRunner(source: Source, context: CallContext): Runner {
  return (statement, parameters, during = "read") =>
    withClient(source, { during, call: context.call }, (client) => {
      const attempt = () => rowsOn(client, statement, parameters, context) as Promise<never>;
      return attempt().catch((error: unknown) => {
        if (isForgottenStatement(error)) return attempt();
        throw error;
      });
    });
}

/** What a connection is lent for. */
export interface Loan {
  readonly during: During;
  readonly call: CallOptions | undefined;
}

/**
 * Lends a connection of the pool to work and then gives it back. It destroys the connection if the next user would find
 * it broken: for example, a client that timed out is still waiting for its answer (node-postgres #3399). If a read-only
 * session refuses the work, nothing was changed, and the work runs again on another connection.
 */
export async function withClient<T>(
  source: Source,
  loan: Loan,
  work: (client: PostgresPoolClient) => Promise<T>,
): Promise<T> {
  let isBelieved: ReturnType<typeof freshnessCheck> | undefined;
  for (;;) {
    const client = await idleClient(source, loan.call);
    let broken: Error | undefined;
    try {
      refuseBinary(client, source.databaseName);
      if (loan.during === "read") return await work(client);
      hearStandbys(client);
      const result = await work(client);
      requireStandbys(client, source.databaseName, loan.during);
      return result;
    } catch (error) {
      const isReadOnly = isReadOnlySession(error);
      if (isReadOnly || breaksConnection(error)) broken = error as Error;
      if (isReadOnly) isBelieved ??= freshnessCheck(source.state().open);
      if (!isReadOnly || isBelieved?.(client))
        throw toStorageError(error, { databaseName: source.databaseName, during: loan.during });
    } finally {
      stopHearing(client);
      client.release(broken);
    }
  }
}

/** With this option, pg asks for binary results and decodes them as UTF-8, so numbers come back wrong. */
export function refuseBinary({ binary }: PostgresClient, databaseName: string): void {
  if (binary !== true) return;
  throw misuse(
    "The connection to the database has the option binary of pg, which returns wrong numbers. Turn it off.",
    databaseName,
  );
}

/** A connection with a forgotten open transaction would acknowledge bookings that are then rolled back. */
export async function idleClient(
  { databaseName, lend }: Source,
  call: CallOptions | undefined,
): Promise<PostgresPoolClient> {
  for (;;) {
    const client = await lend(call).catch((error: unknown) => {
      throw toStorageError(error, { databaseName, during: "connect" });
    });
    const status = client.getTransactionStatus?.() ?? "I";
    if (status === "I") return client;
    client.release(true);
  }
}
