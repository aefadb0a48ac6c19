import { misuse } from "@slotwright/adapter-sql";
import { breaksConnection, type During, isForgottenStatement, toStorageError } from "./errors.ts";

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
  on(event: "acquire", listener: (client: PostgresPoolClient) => void): unknown;
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
  readonly pool: () => PostgresPool;
  readonly close: () => Promise<void>;
}

/** Whose sessions have lost what was prepared on them. It happens again where a host runs DISCARD ALL at every release. */
const forgetful = new WeakSet<PostgresClient>();

/** Once a session has lost a statement, what follows on that client is sent without names. */
export async function rowsOn(
  client: PostgresClient,
  statement: Statement,
  parameters: readonly unknown[],
  isNamed: boolean,
): Promise<readonly unknown[]> {
  try {
    return (await client.query(queryOf(statement, parameters, isNamed && !forgetful.has(client)))).rows;
  } catch (error) {
    if (isForgottenStatement(error)) forgetful.add(client);
    throw error;
  }
}

/** Runs statements in transactions of their own, each on any connection of the pool. */
export function poolRunner(source: Source, isNamed: boolean): Runner {
  return (statement, parameters, during = "read") =>
    withClient(source, during, (client) => {
      const attempt = () => rowsOn(client, statement, parameters, isNamed) as Promise<never>;
      return attempt().catch((error: unknown) => {
        if (isForgottenStatement(error)) return attempt();
        throw error;
      });
    });
}

/**
 * Lends a connection of the pool to work, and gives it back; or destroys it, where the next user would find it broken:
 * a client that timed out, for one, is still waiting for its answer (node-postgres #3399).
 */
export async function withClient<T>(
  source: Source,
  during: During,
  work: (client: PostgresPoolClient) => Promise<T>,
): Promise<T> {
  const client = await idleClient(source);
  let broken: Error | undefined;
  try {
    refuseBinary(client, source.place);
    return await work(client);
  } catch (error) {
    if (breaksConnection(error)) broken = error as Error;
    throw toStorageError(error, { place: source.place, during });
  } finally {
    client.release(broken);
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
export async function idleClient(source: Source): Promise<PostgresPoolClient> {
  for (;;) {
    const client = await connect(source);
    const status = client.getTransactionStatus?.() ?? "I";
    if (status === "I") return client;
    client.release(true);
  }
}

async function connect({ place, pool }: Source): Promise<PostgresPoolClient> {
  try {
    return await pool().connect();
  } catch (error) {
    throw toStorageError(error, { place, during: "connect" });
  }
}
