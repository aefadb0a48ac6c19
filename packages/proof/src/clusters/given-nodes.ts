import { setTimeout as sleep } from "node:timers/promises";
import { loadEngine, NoDatabaseError } from "@slotwright/lab/engines";
import { connectServer, type ServerName, type TestServer } from "@slotwright/test-servers";
import type { Nodes, NodesDatabase } from "./nodes.ts";
import { withConnection } from "./plain-rows.ts";

/**
 * Nodes that somebody else runs, by an administrator's URL of each. Nothing is done to them.
 * @throws NoDatabaseError that says which of them does not answer, or is of another engine
 */
export async function nodesAt(urls: readonly string[]): Promise<Nodes> {
  const engine = await engineAt(urls[0] as string);
  const servers: TestServer[] = [];
  for (const url of urls) servers.push(await connectServer(engine, url, hostOf(url)).catch(unusable));
  const { connect, administration } = await loadEngine(engine);
  if (administration !== undefined) await expectDifferentServers(connect, urls, administration.whichServer);
  const versions = [...new Set(servers.map(({ version }) => version))];
  return {
    engine,
    origin: `${versions.join(", ")} (${urls.length} URLs)`,
    faults: [],
    settle: async () => {},
    stop: async () => {},
    async openDatabase() {
      const { url: first, drop } = await (servers[0] as TestServer).createDatabase();
      const ofDatabase = urls.map((url) => Object.assign(new URL(url), { pathname: new URL(first).pathname }).href);
      const all = () => ofDatabase;
      const database: NodesDatabase = { urls: ofDatabase, addresses: ofDatabase, writable: all, auditable: all, drop };
      try {
        for (const [index, url] of ofDatabase.entries()) await expectWrites(connect, url, index);
        return database;
      } catch (error) {
        await drop();
        throw error;
      }
    },
  };
}

const hostOf = (url: string): string => new URL(url).host;

/** MySQL and MariaDB share a scheme. */
async function engineAt(url: string): Promise<ServerName> {
  if (/^postgres/.test(new URL(url).protocol)) return "postgres";
  const { connect } = await loadEngine("mysql");
  const ask = withConnection(connect, url, (connection) => connection.query("SELECT version() AS version"));
  const [row] = await ask.catch((error: Error) => unusable(new Error(`${hostOf(url)}: ${error.message}`)));
  return /mariadb/i.test(String(row?.version)) ? "mariadb" : "mysql";
}

function unusable(cause: Error): never {
  throw new NoDatabaseError(cause.message, { cause });
}

type Connect = Awaited<ReturnType<typeof loadEngine>>["connect"];

/** @throws NoDatabaseError if two names lead to one server, which would prove nothing of two */
async function expectDifferentServers(connect: Connect, urls: readonly string[], whichServer: string): Promise<void> {
  const known = new Map<unknown, string>();
  for (const url of urls) {
    // An engine of another kind may not know what is asked. Then it is believed.
    const [row] = await withConnection(connect, url, (one) => one.query(whichServer)).catch(() => []);
    if (row === undefined) continue;
    const other = known.get(row.server);
    if (other !== undefined) {
      throw new NoDatabaseError(`${other} and ${hostOf(url)} are one server. Give two nodes of a cluster.`);
    }
    known.set(row.server, hostOf(url));
  }
}

/** How long a database may take to come from one node to another. */
const mostLagMs = 10_000;

/** @throws NoDatabaseError if the database does not come to this node, or the node takes no writes */
async function expectWrites(connect: Connect, url: string, index: number): Promise<void> {
  const deadline = Date.now() + mostLagMs;
  const isThere = () => withConnection(connect, url, async () => true).catch(() => false);
  while (!(await isThere())) {
    const why = "The database that was created on the first node did not come to it. Are they nodes of one cluster?";
    if (Date.now() > deadline) throw new NoDatabaseError(`${hostOf(url)}: ${why}`);
    await sleep(100);
  }
  const write = withConnection(connect, url, (one) =>
    one.query(`CREATE TABLE takes_writes_${index} (id INTEGER PRIMARY KEY)`),
  );
  await write.catch((error: Error) => {
    const why = "Give nodes that do, since callers book on each of them";
    throw new NoDatabaseError(`${hostOf(url)} takes no writes (${error.message}). ${why}.`, { cause: error });
  });
}
