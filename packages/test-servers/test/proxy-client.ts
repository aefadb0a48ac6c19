import type { Duplex } from "node:stream";
import { type Connection, createConnection, type RowDataPacket } from "mysql2/promise";
import { Client } from "pg";
import type { ServerName } from "../src/index.ts";

export type Rows = readonly Record<string, unknown>[];

/** One connection of a driver, with as much as the tests need. */
export interface TestClient {
  /** Runs SQL as text. */
  query(sql: string): Promise<Rows>;
  /** Runs a prepared statement; the same text is prepared once. Parameters are written as `?`. */
  execute(sql: string, ...parameters: readonly unknown[]): Promise<Rows>;
  /** Sends statements as text all at once, and ignores the answers. It cannot be used for anything else afterwards. */
  sendAtOnce(statements: readonly string[]): void;
  /** Says goodbye to the server. */
  end(): Promise<void>;
  /** Closes the socket without a word. */
  destroy(): void;
}

export function connectClient(engine: ServerName, url: string): Promise<TestClient> {
  return engine === "postgres" ? connectPostgres(url) : connectMysqlFamily(url);
}

async function connectPostgres(connectionString: string): Promise<TestClient> {
  const client = new Client({ connectionString });
  // Connections are lost on purpose here; the call in progress reports it.
  client.on("error", () => {});
  await client.connect();
  return {
    query: async (sql) => (await client.query(sql)).rows ?? [],
    execute: async (sql, ...values) => {
      let count = 0;
      const text = sql.replace(/\?/g, () => `$${++count}`);
      return (await client.query({ name: text.slice(0, 60), text, values: [...values] })).rows;
    },
    sendAtOnce: (statements) => sendDeaf(client.connection.stream, statements.map(postgresMessage)),
    end: () => client.end(),
    destroy: () => void client.connection.stream.destroy(),
  };
}

async function connectMysqlFamily(uri: string): Promise<TestClient> {
  const connection = await createConnection({ uri, multipleStatements: true });
  connection.on("error", () => {});
  return {
    query: async (sql) => (await connection.query<RowDataPacket[]>(sql))[0],
    execute: async (sql, ...values) => (await connection.execute<RowDataPacket[]>(sql, values as never))[0],
    sendAtOnce: (statements) => sendDeaf(socketOf(connection), statements.map(mysqlMessage)),
    end: () => connection.end(),
    destroy: () => connection.destroy(),
  };
}

/** Its types omit that the promise form wraps a connection, and that a connection has a socket. */
function socketOf(connection: Connection): Duplex {
  return (connection as unknown as { readonly connection: { readonly stream: Duplex } }).connection.stream;
}

/** A driver would close the connection because of answers that it did not ask for. */
function sendDeaf(socket: Duplex, messages: readonly Buffer[]): void {
  socket.removeAllListeners("data").resume();
  socket.write(Buffer.concat(messages));
}

function postgresMessage(sql: string): Buffer {
  const message = Buffer.from(`Q____${sql}\0`);
  message.writeInt32BE(message.length - 1, 1);
  return message;
}

function mysqlMessage(sql: string): Buffer {
  const message = Buffer.from(`___\0\u0003${sql}`);
  message.writeUIntLE(message.length - 4, 0, 3);
  return message;
}
