import { setTimeout as sleep } from "node:timers/promises";
import { loadEngine } from "@slotwright/lab/engines";
import type { TestDatabase } from "@slotwright/test-servers";
import { testServer } from "@slotwright/test-servers/vitest";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { lostOn } from "../src/clusters/after.ts";
import { startPlainRows, withConnection } from "../src/clusters/plain-rows.ts";

const server = await testServer("postgres");
const { connect } = await loadEngine("postgres");

const told = [{ commandId: "c-1", command: "book", actorId: "p", outcome: "done", shown: [] }] as const;

/** Two databases stand for two nodes: the second one has what the first one has when it is written there. */
describe.skipIf(server === undefined)("a node that has not applied yet what another one has acknowledged", () => {
  let databases: readonly [TestDatabase, TestDatabase];
  beforeEach(async () => {
    if (server !== undefined) databases = [await server.createDatabase(), await server.createDatabase()];
  });
  afterEach(() => Promise.all(databases.map(({ drop }) => drop())));

  const on = ({ url }: TestDatabase, sql: string) => withConnection(connect, url, (one) => one.query(sql));
  const urls = () => databases.map(({ url }) => url);
  const commands = async () => {
    for (const database of databases) await on(database, "CREATE TABLE slotwright_commands (id TEXT PRIMARY KEY)");
    await on(databases[0], "INSERT INTO slotwright_commands VALUES ('c-1')");
  };

  it("has lost none of the commands if they come to it a moment later", async () => {
    await commands();
    const applied = sleep(400).then(() => on(databases[1], "INSERT INTO slotwright_commands VALUES ('c-1')"));
    expect(await lostOn({ connect }, urls(), told)).toEqual([]);
    await applied;
  });

  it("has lost those that do not come to it in time", async () => {
    await commands();
    const text = "Commands were acknowledged, and are gone: 0 on node 1, 1 on node 2, such as c-1";
    expect(await lostOn({ connect }, urls(), told, 300)).toEqual([{ kind: "lost", count: 1, text }]);
  });

  it("has lost no row of the driver if it comes a moment later", async () => {
    const [first, second] = databases;
    const plain = await startPlainRows(connect, urls(), first.url);
    await expect.poll(plain.acknowledged).toBeGreaterThan(3);
    await plain.end();
    await on(second, "CREATE TABLE plain_rows (id VARCHAR(40) PRIMARY KEY)");
    const rows = (await on(first, "SELECT id FROM plain_rows")).map(({ id }) => `('${id}')`);
    const applied = sleep(400).then(() => on(second, `INSERT INTO plain_rows VALUES ${rows.join(", ")}`));
    expect(await plain.lost(second.url)).toBe(0);
    await applied;
  });
});
