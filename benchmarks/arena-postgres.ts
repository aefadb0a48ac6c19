import { postgresAdapter } from "@slotwright/adapter-postgres";
import { startServer } from "@slotwright/test-servers";
import { Pool, type PoolClient } from "pg";
import type { Arena } from "./contender.ts";
import { replayedFloor } from "./replayed-floor.ts";
import { record, type SentStatement } from "./sent-statements.ts";
import { slotwrightContender } from "./slotwright.ts";

/** One connection each: a single caller needs no more. */
export async function postgresArena(): Promise<Arena | undefined> {
  const server = await startServer("postgres");
  if (server === undefined) return undefined;
  const database = await server.createDatabase();
  const pool = new Pool({ connectionString: database.url, max: 1 });
  const storage = postgresAdapter({ pool });
  await storage.migrate();
  const floorDatabase = await server.createDatabase();
  return {
    name: `PostgreSQL ${server.version}`,
    contenders: [slotwrightContender(storage, () => pool.end()), await floorContender(floorDatabase.url)],
    close: async () => {
      await database.drop();
      await floorDatabase.drop();
      await server.stop();
    },
  };
}

async function floorContender(connectionString: string) {
  const sent: SentStatement[] = [];
  const pool = new Pool({ connectionString, max: 1 });
  let connected: PoolClient | undefined;
  pool.on("connect", (client) => {
    connected = client;
    record(client, ["query"], sent);
  });
  const storage = postgresAdapter({ pool });
  await storage.migrate();
  const send = async ({ args }: SentStatement) => connected?.query(args[0] as string);
  return replayedFloor(storage, sent, send, () => pool.end());
}
