import { creation, slotAt } from "@slotwright/conformance";
import { createEngine } from "@slotwright/core";
import { Client } from "pg";
import { expect, it } from "vitest";
import { describeOnServer } from "./on-server.ts";
import { openPostgresStore } from "./postgres-harness.ts";

const actor = { kind: "patient", id: "p" } as const;

async function duration(call: () => Promise<unknown>): Promise<number> {
  const started = performance.now();
  await call();
  return performance.now() - started;
}

describeOnServer("a budget of one second for each of thirty concurrent bookings", (url) => {
  const slots = Array.from({ length: 30 }, (_, index) => slotAt(index * 30));
  const [wanted = slotAt(0), ...others] = slots;

  it.each([
    ["a row that is locked by hand", `select from slotwright_slots where id = '${wanted.id}' for update`],
    ["the id of an uncommitted command", "insert into slotwright_commands values ('the-key', 'h', '1', null)"],
  ])("holds for the one that meets %s, and the others are booked within theirs", async (_what, lock) => {
    const store = await openPostgresStore(url());
    await store.storage.commit([creation(...slots)]);
    const host = new Client({ connectionString: url() });
    await host.connect();
    await host.query(`set search_path = ${store.schema}; begin; ${lock}`);
    // With this scope, the id of a command is its key.
    const engine = createEngine({ storage: store.storage, idempotencyScope: "host", retry: { budgetMs: 1_000 } });
    const book = (slotId: string) => engine.book({ actor, slotId, subjectId: "s" });
    const blocked = () => engine.book({ actor, slotId: wanted.id, subjectId: "s", idempotencyKey: "the-key" });
    await engine.listSlots({ limit: 1 });
    const [alone, together] = await Promise.all([
      duration(() => expect(blocked()).rejects.toMatchObject({ code: "storage_busy" })),
      duration(() => Promise.all(others.map(({ id }) => book(id)))),
    ]);
    expect(alone).toBeLessThan(2_500);
    expect(together).toBeLessThan(2_500);
    await host.query("rollback");
    await host.end();
    await store.close();
  });
});
