import { mysqlAdapter } from "@slotwright/adapter-mysql";
import { checkHistory, createRecorder, sampleInstant } from "@slotwright/conformance";
import { createEngine } from "@slotwright/core";
import { loadEngine, type SqlConnection } from "@slotwright/lab/engines";
import { afterAll, describe, expect, it } from "vitest";
import { auditNodes } from "../src/clusters/after.ts";
import { compareNodes } from "../src/clusters/alike.ts";
import { countFindings } from "../src/clusters/findings.ts";
import { nodesAt } from "../src/clusters/given-nodes.ts";
import { clusterKinds } from "../src/clusters/kinds.ts";
import type { ClusterFault, Nodes } from "../src/clusters/nodes.ts";
import { withConnection } from "../src/clusters/plain-rows.ts";
import { playRound, type RoundOptions } from "../src/clusters/round.ts";

const { signal } = new AbortController();
/** Its faults last for some tenths of a second. */
const seed = 152;

const keyed = (nodes: Nodes | undefined, ...keys: readonly string[]) =>
  nodes?.faults.filter(({ key }) => keys.includes(key)) ?? [];

function play(nodes: Nodes | undefined, options: Partial<RoundOptions>) {
  return playRound(nodes as Nodes, { seed, histories: 10, faults: [], signal, ...options });
}

const galera = await clusterKinds.galera.start();
afterAll(() => galera?.stop());

describe.skipIf(galera === undefined)("on a Galera cluster", () => {
  it("a node that is cut off knows that it is alone, and the others go on without it", async () => {
    const { urls, drop } = await (galera as Nodes).openDatabase();
    const statusOn = async (place: number) => {
      const { connect } = await loadEngine("mariadb");
      const ask = (one: SqlConnection) => one.query("SHOW STATUS LIKE 'wsrep_cluster_status'");
      const [row] = await withConnection(connect, urls[place] as string, ask);
      return row?.Value;
    };
    const [cutOff] = keyed(galera, "node.cut-off") as [ClusterFault];
    const over = cutOff.harm({ node: 1, lastingMs: 3_500 }, () => {});
    await expect.poll(() => statusOn(1), { timeout: 10_000 }).toBe("non-Primary");
    expect([await statusOn(0), await statusOn(2)]).toEqual(["Primary", "Primary"]);
    await over;
    await galera?.settle();
    expect(await statusOn(1)).toBe("Primary");
    await drop();
  });

  it("nothing is lost, doubled or out of order while a node lags and one is cut off, and the nodes are alike", async () => {
    const faults = keyed(galera, "node.lagging", "node.cut-off");
    const { findings, strikes, tally, bookings, plainRows } = await play(galera, { faults });
    expect(findings).toEqual([]);
    expect(strikes.map(({ key }) => key).sort()).toEqual(["node.cut-off", "node.lagging"]);
    for (const { longestGapMs } of strikes) expect(longestGapMs).toBeLessThan(20_000);
    expect(tally).toMatchObject({ faults: 2, handedOver: expect.any(Number) });
    expect(tally.histories).toBeGreaterThanOrEqual(10);
    expect(tally.read).toBe(4 * tally.handedOver);
    expect(bookings).toBeGreaterThan(10);
    expect(plainRows).toEqual({ acknowledged: expect.any(Number), lost: 0 });
    expect(plainRows.acknowledged).toBeGreaterThan(10);
  });

  it("plays on nodes that somebody else runs, by their URLs, and leaves nothing there", async () => {
    const database = await (galera as Nodes).openDatabase();
    const { connect } = await loadEngine("mariadb");
    const onEach = (sql: string) =>
      Promise.all(database.urls.map((url) => withConnection(connect, url, (one) => one.query(sql))));
    const before = await onEach("SHOW DATABASES");
    // The default, with which a node answers without what another one has just acknowledged.
    await onEach("SET GLOBAL wsrep_sync_wait = 0");
    const { findings, tally } = await play(await nodesAt(database.urls), { histories: 4 });
    await onEach("SET GLOBAL wsrep_sync_wait = 7");
    expect(findings).toEqual([]);
    expect(tally.histories).toBeGreaterThanOrEqual(4);
    // A node that lags still has what was dropped on another.
    await expect.poll(() => onEach("SHOW DATABASES"), { timeout: 10_000 }).toEqual(before);
    await database.drop();
  });

  it("a table that differs on one node is found", async () => {
    const engine = await loadEngine("mariadb");
    const { urls, drop } = await (galera as Nodes).openDatabase();
    const on = (place: number, sqls: readonly string[]) =>
      withConnection(engine.connect, urls[place] as string, async (one) => {
        for (const sql of sqls) await one.query(sql);
      });
    await on(0, [
      "CREATE TABLE slotwright_t (n INTEGER PRIMARY KEY, d TEXT)",
      "INSERT INTO slotwright_t VALUES (1, 'a')",
    ]);
    expect(await compareNodes(engine, urls)).toEqual([]);
    await on(2, ["SET SESSION wsrep_on = OFF", "UPDATE slotwright_t SET d = 'b'"]);
    expect(await compareNodes(engine, urls, 0)).toEqual([
      { kind: "differing", count: 1, text: expect.stringMatching(/slotwright_t differs: 1 rows .* node 1, .* node 3/) },
    ]);
    await drop();
  });

  it("a history shows that a node which lags behind has answered a read without what another one acknowledged", async () => {
    const { connect } = await loadEngine("mariadb");
    const { urls, drop } = await (galera as Nodes).openDatabase();
    const on = (place: number, sql: string) => withConnection(connect, urls[place] as string, (one) => one.query(sql));
    await on(2, "SET GLOBAL wsrep_sync_wait = 0");
    const storages = [0, 2].map((place) => mysqlAdapter({ uri: urls[place] as string, readConsistency: "node" }));
    await storages[0]?.migrate();
    const recorder = createRecorder();
    const [first, lagging] = storages.map((storage, index) =>
      recorder.by(`caller ${index}`, createEngine({ storage })),
    );
    const actor = { kind: "patient", id: "p" };
    const slots = [{ start: sampleInstant(0), end: sampleInstant(30) }];
    const created = await first?.createSlots({ actor, providerId: "p", facilityId: "f", slots });
    const slotId = created?.slots[0]?.id as string;
    await expect.poll(() => on(2, "SELECT id FROM slotwright_slots")).toHaveLength(1);
    const lock = await connect(urls[2] as string);
    await lock.query("FLUSH TABLES WITH READ LOCK");
    await first?.book({ actor, slotId, subjectId: "p" });
    expect(await lagging?.getSlot(slotId)).toMatchObject({ status: "available" });
    await lock.close();
    expect(checkHistory(recorder.history()).linearizable).toBe(false);
    await on(2, "SET GLOBAL wsrep_sync_wait = 7");
    await Promise.all(storages.map((storage) => storage.close()));
    await drop();
  });
});

const group = await clusterKinds["group-replication"].start();
afterAll(() => group?.stop());

describe.skipIf(group === undefined)("on a group of MySQL servers with one primary", () => {
  it("nothing is lost, doubled or out of order while the primary is killed, and another one is replaced", async () => {
    const faults = keyed(group, "primary.killed", "primary.replaced", "secondary.cut-off");
    const { findings, strikes, tally, plainRows } = await play(group, { faults });
    expect(findings).toEqual([]);
    expect(strikes).toHaveLength(3);
    for (const { longestGapMs } of strikes) expect(longestGapMs).toBeLessThan(30_000);
    expect(tally.read).toBe(4 * tally.handedOver);
    expect(plainRows).toEqual({ acknowledged: expect.any(Number), lost: 0 });
  });

  it("each member is audited, also those that take no writes", async () => {
    const engine = await loadEngine("mysql");
    const { drop, ...database } = await (group as Nodes).openDatabase();
    const [primary] = await database.writable();
    const storage = engine.openStorage(primary as string);
    await storage.migrate();
    await storage.close();
    expect(await compareNodes(engine, database.urls)).toEqual([]);
    const told = { commandId: "gone", command: "book", actorId: "p", outcome: "done", shown: [] };
    const texts = (await auditNodes(engine, database, [told])).map(({ text }) => /on node (\d)/.exec(text)?.[1]);
    expect(new Set(texts)).toEqual(new Set(["1", "2", "3"]));
    expect(await auditNodes(engine, database, [])).toEqual([]);
    await drop();
  });
});

const postgres = await clusterKinds["postgres-cluster"].start();
afterAll(() => postgres?.stop());

describe.skipIf(postgres === undefined)("on PostgreSQL with standbys", () => {
  it("nothing is lost, doubled or out of order while the primary is replaced and a standby is cut off", async () => {
    const faults = keyed(postgres, "primary.replaced-killed", "primary.replaced-cut-off", "standby.cut-off");
    const { findings, strikes, tally, plainRows } = await play(postgres, { faults });
    expect(findings).toEqual([]);
    expect(strikes).toHaveLength(3);
    for (const { longestGapMs } of strikes) expect(longestGapMs).toBeLessThan(20_000);
    expect(tally.read).toBe(4 * tally.handedOver);
    expect(plainRows.lost).toBe(0);
  });

  it("is not begun on a node that takes no writes, that does not answer, or that is given twice, which is said", async () => {
    const { urls, writable, drop } = await (postgres as Nodes).openDatabase();
    const [primary] = (await writable()) as [string];
    const standby = urls.find((url) => url !== primary) as string;
    const nodes = await nodesAt([primary, standby]);
    await expect(nodes.openDatabase()).rejects.toThrow(`${new URL(standby).host} takes no writes`);
    await expect(nodesAt([primary, "postgres://a@127.0.0.1:9/x"])).rejects.toThrow("127.0.0.1:9: ");
    const byName = primary.replace("@127.0.0.1:", "@localhost:");
    await expect(nodesAt([primary, byName])).rejects.toThrow("are one server");
    await drop();
  });
});

const careless = await clusterKinds["postgres-cluster"].start({ synchronous_standby_names: "" });
afterAll(() => careless?.stop());

it.skipIf(careless === undefined)(
  "what a primary has acknowledged alone is counted as lost when it is replaced, also by the cluster itself",
  async () => {
    const faults = keyed(careless, "primary.replaced-cut-off");
    const { findings, plainRows } = await play(careless, { faults });
    expect(countFindings(findings).lost).toBeGreaterThan(0);
    expect(plainRows.lost).toBeGreaterThan(0);
  },
);
