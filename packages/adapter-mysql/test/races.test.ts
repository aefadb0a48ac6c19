import { bookingRace, raceCases } from "@slotwright/adapter-sql/conformance";
import { sampleInstant as at, auditStore } from "@slotwright/conformance";
import { createEngine } from "@slotwright/core";
import { createPool } from "mysql2/promise";
import { afterEach, beforeEach, expect, it } from "vitest";
import { mysqlAdapter } from "../src/index.ts";
import { describeOnEachServer } from "./each-server.ts";
import { type MysqlStore, openMysqlStore } from "./mysql-harness.ts";

describeOnEachServer("under load", (server) => {
  let store: MysqlStore;

  beforeEach(async () => {
    store = await openMysqlStore(server);
  });
  afterEach(async () => {
    expect(await auditStore(store.storage)).toEqual([]);
    await store.close();
  });

  it.each(raceCases)("$title", ({ run }) => run(store));

  it("a pool of one connection serves 64 callers", async () => {
    const actor = { kind: "provider", id: "p" };
    const slots = Array.from({ length: 64 }, (_, index) => ({ start: at(index * 30), end: at(index * 30 + 30) }));
    const pool = createPool({ uri: store.url, connectionLimit: 1 });
    const engine = createEngine({ storage: mysqlAdapter({ pool }) });
    const created = await engine.createSlots({ actor, providerId: "p", facilityId: "f", slots });
    const booked = await Promise.all(created.slots.map(({ id }) => engine.book({ actor, subjectId: "s", slotId: id })));
    expect(booked).toHaveLength(64);
    await pool.end();
  });

  it("two processes with 32 callers each share 30 slots, and never book one slot twice", () =>
    bookingRace({
      program: new URL("storage-process.ts", import.meta.url),
      options: { uri: store.url },
      storage: store.storage,
      processes: 2,
      callers: 32,
    }));
});
