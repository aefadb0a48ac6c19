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

/** A statement with a constant text, and the name under which a connection prepares it. */
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

/** What is passed to `query` of pg. */
export interface PostgresQuery {
  readonly text: string;
  readonly name?: string;
  readonly values?: unknown[];
  readonly types?: { getTypeParser(oid: number): (value: string) => unknown };
}

/** What is used of a `Client` of pg. */
export interface PostgresClient {
  query(query: PostgresQuery): Promise<{ readonly rows: unknown[]; readonly command?: string }>;
  on(event: "error", listener: (error: Error) => void): unknown;
  removeListener(event: "error", listener: (error: Error) => void): unknown;
  /** Where the session is: `I` idle, `T` in a transaction, `E` in one that has failed. Since pg 8.23. */
  getTransactionStatus?(): string | null;
  readonly binary?: boolean;
  readonly host?: string;
  readonly port?: number;
  readonly database?: string | undefined;
}

/** What is used of a client that came from a pool. */
export interface PostgresPoolClient extends PostgresClient {
  release(destroy?: Error | boolean): void;
}

/** What is used of a `Pool` of pg. */
export interface PostgresPool {
  connect(): Promise<PostgresPoolClient>;
  on(event: "error", listener: (error: Error) => void): unknown;
  on(event: "acquire" | "connect", listener: (client: PostgresPoolClient) => void): unknown;
}

const integerTypes: readonly number[] = [20, 21, 23];

/**
 * What the host has told pg about types (globally, or for its pool) must not change a result, and neither must what we
 * need change the host's: every query brings its own parsers.
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
  readonly place: string;
  readonly lend: Lend<PostgresPoolClient>;
  readonly state: () => PoolState;
  readonly close: () => Promise<void>;
}

/** Whether an adapter sends its statements under names. */
export interface Names {
  areSent: boolean;
}

/** What a call of an adapter brings along. */
export interface Caller {
  readonly names: Names;
  readonly call: CallOptions | undefined;
}

/** Whose sessions have lost what was prepared on them. It happens again where a host runs DISCARD ALL at every release. */
const forgetful = new WeakSet<PostgresClient>();

/** Once a session has lost a statement, what follows on that client is sent without names. */
export async function rowsOn(
  client: PostgresClient,
  statement: Statement,
  parameters: readonly unknown[],
  { names, call }: Caller,
): Promise<readonly unknown[]> {
  const isNamed = names.areSent && !forgetful.has(client);
  try {
    return (await client.query(queryOf(statement, parameters, isNamed))).rows;
  } catch (error) {
    if (isForgottenStatement(error)) forgetful.add(client);
    if (!isNamed || !isRefusedName(error)) throw error;
    if (names.areSent) giveUpNames(names, call?.onWarning);
    // The client itself has refused it: nothing was sent, and a transaction goes on.
    return (await client.query(queryOf(statement, parameters, false))).rows;
  }
}

/** A tracer that appends a comment makes another text of each statement, and pg knows one text to a name. */
function giveUpNames(names: Names, onWarning: OnWarning | undefined): void {
  names.areSent = false;
  const message =
    "Something changes the text of statements before pg sends them, such as a tracer that appends a comment, so they are sent without names from now on: all works, and the server plans each statement anew. To keep the plans, turn the comments off for this pool. To have no warning, create the adapter with preparedStatements: false.";
  onWarning?.({ code: "statement_names_refused", message, details: {} });
}

/** Runs statements in transactions of their own, each on any connection of the pool. */
export function poolRunner(source: Source, caller: Caller): Runner {
  return (statement, parameters, during = "read") =>
    withClient(source, { during, call: caller.call }, (client) => {
      const attempt = () => rowsOn(client, statement, parameters, caller) as Promise<never>;
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
 * Lends a connection of the pool to work, and gives it back; or destroys it, where the next user would find it broken:
 * a client that timed out, for one, is still waiting for its answer (node-postgres #3399). Work that a session refuses,
 * because it may only read, has changed nothing, and is done again on another one.
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
      refuseBinary(client, source.place);
      return await work(client);
    } catch (error) {
      const isReadOnly = isReadOnlySession(error);
      if (isReadOnly || breaksConnection(error)) broken = error as Error;
      if (isReadOnly) isBelieved ??= freshnessCheck(source.state().open);
      if (!isReadOnly || isBelieved?.(client))
        throw toStorageError(error, { place: source.place, during: loan.during });
    } finally {
      client.release(broken);
    }
  }
}

/** pg asks for binary results then, and decodes them as if they were UTF-8: numbers come back wrong. */
export function refuseBinary({ binary }: PostgresClient, place: string): void {
  if (binary !== true) return;
  throw misuse(
    "The connection to the database has the option binary of pg, which returns wrong numbers. Turn it off.",
    place,
  );
}

/** A connection on which somebody left a transaction open would acknowledge bookings that are then rolled back. */
export async function idleClient({ place, lend }: Source, call: CallOptions | undefined): Promise<PostgresPoolClient> {
  for (;;) {
    const client = await lend(call).catch((error: unknown) => {
      throw toStorageError(error, { place, during: "connect" });
    });
    const status = client.getTransactionStatus?.() ?? "I";
    if (status === "I") return client;
    client.release(true);
  }
}
