import { booking, creation, slotAt } from "@slotwright/conformance";
import { createEngine, type Slot, type StorageAdapter } from "@slotwright/core";
import type { ServerName } from "@slotwright/test-servers";
import { type ClientMessage, type FaultProxy, startProxy } from "@slotwright/test-servers/proxy";
import { noServer, testServer } from "@slotwright/test-servers/vitest";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadEngine } from "../src/engines/index.ts";

const servers = {
  postgres: await testServer("postgres"),
  mysql: await testServer("mysql"),
  mariadb: await testServer("mariadb"),
};

/** What the clients of the proxy ask meanwhile, one after another. */
async function asked<T>(proxy: FaultProxy, work: () => Promise<T>): Promise<readonly ClientMessage[]> {
  const messages: ClientMessage[] = [];
  // It strikes nothing, and sees everything.
  const watch = proxy.inject({
    when: (message) => messages.push(message) < 0,
    point: "before-forward",
    action: "cut",
  });
  await work();
  watch.disarm();
  return messages;
}

describe.each(["postgres", "mysql", "mariadb"] satisfies ServerName[])("round trips to %s", (name) => {
  const server = servers[name];
  if (server === undefined) return it("are counted", ({ skip }) => skip(noServer(name)));
  const slots = Array.from({ length: 60 }, (_, index) => slotAt(index * 30));
  const fresh = () => slots.shift() ?? slotAt(0);
  let proxy: FaultProxy;
  let storage: StorageAdapter<never>;
  let drop: () => Promise<void>;

  beforeAll(async () => {
    const database = await server.createDatabase();
    drop = database.drop;
    proxy = await startProxy(server);
    storage = (await loadEngine(name)).openStorage(proxy.url(database.url));
    await storage.migrate();
    await storage.commit([creation(...slots)]);
    // Statements are prepared when a connection first uses them.
    for (let time = 0; time < 3; time++) await storage.commit([booking(fresh())]);
    await storage.readFeed({ after: null, limit: 1 });
  });
  afterAll(async () => {
    await storage.close();
    await proxy.close();
    await drop();
  });

  const commit = { kind: "execute", sql: expect.stringMatching(/^(select|call) .*commit/s) };

  it.each([1, 10, 32])("are one for a commit of %s bookings, their partition included", async (count) => {
    const batch = Array.from({ length: count }, () => booking(fresh()));
    const outcomes: unknown[] = [];
    const messages = await asked(proxy, async () => outcomes.push(...(await storage.commit(batch))));
    expect(outcomes).toEqual(batch.map(() => ({ status: "committed" })));
    expect(messages).toMatchObject([commit]);
    const read = await storage.readFeed({ after: null, limit: 500 });
    const written = read.status === "read" ? read.entries : [];
    const last = written.filter(({ entry }) => batch.some(({ command }) => command.id === entry.commandId));
    expect(last.map(({ partition }) => partition)).toEqual(Array(2 * count).fill(0));
  });

  it("are one for a booking of a slot that the engine has seen", async () => {
    const engine = createEngine({ storage });
    const book = ({ id: slotId }: Slot) => engine.book({ actor: { kind: "patient", id: "p" }, slotId, subjectId: "s" });
    // The first one reads what all engines on the database agree on.
    await book(fresh());
    const seen = fresh();
    await engine.getSlot(seen.id);
    const messages = await asked(proxy, () => book(seen));
    expect(messages).toMatchObject([commit]);
  });

  it("are one for a poll of the feed that finds nothing new", async () => {
    const end = await storage.readFeed({ after: "end", limit: 1 });
    const after = end.status === "read" ? end.position : null;
    await storage.readFeed({ after, limit: 500 });
    const messages = await asked(proxy, () => storage.readFeed({ after, limit: 500 }));
    expect(messages).toMatchObject([{ kind: "execute" }]);
  });
});
