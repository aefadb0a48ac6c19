import { mysqlAdapter } from "@slotwright/adapter-mysql";
import { startServer } from "@slotwright/test-servers";
import type { Connection } from "mysql2";
import { createPool, type Pool } from "mysql2/promise";
import type { Arena } from "./contender.ts";
import { replayedFloor } from "./replayed-floor.ts";
import { record, type SentStatement } from "./sent-statements.ts";
import { slotwrightContender } from "./slotwright.ts";

/** One connection each: a single caller needs no more. */
export async function mysqlArena(engine: "mysql" | "mariadb", title: string): Promise<Arena | undefined> {
  const server = await startServer(engine);
  if (server === undefined) return undefined;
  const database = await server.createDatabase();
  const pool = createPool({ uri: database.url, connectionLimit: 1 });
  const storage = mysqlAdapter({ pool });
  await storage.migrate();
  const floorDatabase = await server.createDatabase();
  return {
    name: `${title} ${server.version}`,
    contenders: [slotwrightContender(storage, () => pool.end()), await floorContender(floorDatabase.url)],
    close: async () => {
      await database.drop();
      await floorDatabase.drop();
      await server.stop();
    },
  };
}

async function floorContender(uri: string) {
  const sent: SentStatement[] = [];
  const pool: Pool = createPool({ uri, connectionLimit: 1 });
  let connected: Connection | undefined;
  pool.on("connection", (connection) => {
    connected = connection as unknown as Connection;
    record(connected, ["execute", "query"], sent);
  });
  const storage = mysqlAdapter({ pool });
  await storage.migrate();
  return replayedFloor(
    storage,
    sent,
    (statement) => send(connected, statement),
    () => pool.end(),
  );
}

function send(connection: Connection | undefined, { method, args }: SentStatement): Promise<unknown> {
  const { promise, resolve, reject } = Promise.withResolvers<unknown>();
  const done = (error: unknown, result: unknown) => (error ? reject(error) : resolve(result));
  connection?.[method as "execute"](args[0] as string, done);
  return promise;
}
