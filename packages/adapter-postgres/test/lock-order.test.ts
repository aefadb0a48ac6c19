import { auditStore, creation, slotAt, transitionOf } from "@slotwright/conformance";
import { compareIds } from "@slotwright/core/adapter";
import { afterEach, beforeEach, expect, it } from "vitest";
import { describeOnServer } from "./on-server.ts";
import { openPostgresStore, type PostgresStore } from "./postgres-harness.ts";

// The first of them comes first by code points; the second comes first by UTF-16 units, as JavaScript compares.
const first = slotAt(0, { id: "\u{ff5e}" });
const second = slotAt(30, { id: "\u{1f600}" });
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

describeOnServer("rows whose ids have characters beyond U+FFFF", (url) => {
  let store: PostgresStore;
  beforeEach(async () => {
    store = await openPostgresStore(url());
    await store.storage.commit([creation(first, second)]);
  });
  afterEach(async () => {
    expect(await auditStore(store.storage)).toEqual([]);
    await store.close();
  });

  it("are locked in one order by a load in a host's transaction and by a batch in another, so neither deadlocks", async () => {
    const holder = await store.beginHostTransaction();
    await holder.transaction.query("select * from slotwright_slots where id = $1 for update", [first.id]);
    const host = await store.beginHostTransaction();
    const keys = [first, second].map(({ id }) => ({ kind: "slot", id }) as const);
    const loaded = store.storage.within(host.transaction).load(keys);
    await pause(150);
    const changed = [first, second].map((slot) =>
      transitionOf(`change ${slot.id}`, { ...slot, version: 2, metadata: { changed: true } }),
    );
    const other = await store.beginHostTransaction();
    const committed = store.second.within(other.transaction).commit(changed);
    await pause(150);
    await holder.rollback();
    expect(await loaded).toEqual([first, second]);
    await host.commit();
    expect(await committed).toEqual([{ status: "committed" }, { status: "committed" }]);
    await other.commit();
  });
});

it("ids are sorted as the bytes of UTF-8 are", () => {
  const ids = [
    "\u{1f600}",
    "\u{ff5e}",
    "b",
    "a\u{1f600}",
    "a\u{ff5e}",
    "a",
    "",
    "\u{e000}",
    "\u{d7ff}",
    "\u{10ffff}",
    "A",
  ];
  const byBytes = ids.toSorted((a, b) => Buffer.compare(Buffer.from(a), Buffer.from(b)));
  expect(ids.toSorted(compareIds)).toEqual(byBytes);
  expect(ids.toSorted()).not.toEqual(byBytes);
});
