import { creation, slotAt } from "@slotwright/conformance";
import { createEngine } from "@slotwright/core";
import * as latest from "kysely";
import * as v27 from "kysely-0-27";
import * as v28 from "kysely-0-28";
import { createPool, type Pool } from "mysql2";
import { afterEach, beforeEach, expect, it } from "vitest";
import { mysqlAdapter } from "../src/index.ts";
import { describeOnEachServer } from "./each-server.ts";
import { type MysqlStore, openMysqlStore } from "./mysql-harness.ts";

const actor = { kind: "patient", id: "p-1" };
const slot = slotAt(0);
const want = { actor, slotId: slot.id, subjectId: "p-1" };

describeOnEachServer("within(trx) of each version of Kysely", (server) => {
  let store: MysqlStore;
  let pool: Pool;
  beforeEach(async () => {
    store = await openMysqlStore(server);
    await store.storage.commit([creation(slot)]);
    pool = createPool({ uri: store.url, connectionLimit: 2 });
  });
  afterEach(async () => {
    await new Promise((done) => pool.end(done));
    await store.close();
  });
  const engineOn = () => createEngine({ storage: mysqlAdapter({ pool }) });
  const statusOf = async () => (await engineOn().getSlot(slot.id)).status;

  // Each is written out, because what counts is that it compiles.
  it("0.27: a booking commits and vanishes with it, and a finished transaction is misuse", async () => {
    const engine = engineOn();
    const kysely = new v27.Kysely<object>({ dialect: new v27.MysqlDialect({ pool: pool as never }) });
    const booked = (fail: boolean) =>
      kysely.transaction().execute(async (trx) => {
        await engine.within(trx).book(want);
        if (fail) throw new Error("no");
        return trx;
      });
    await expect(booked(true)).rejects.toThrow("no");
    expect(await statusOf()).toBe("available");
    const finished = await booked(false);
    expect(await statusOf()).toBe("booked");
    await expect(engine.within(finished).getSlot(slot.id)).rejects.toMatchObject({ code: "storage_misused" });
  });

  it("0.28: a booking commits and vanishes with it, and a finished transaction is misuse", async () => {
    const engine = engineOn();
    const kysely = new v28.Kysely<object>({ dialect: new v28.MysqlDialect({ pool }) });
    const booked = (fail: boolean) =>
      kysely.transaction().execute(async (trx) => {
        await engine.within(trx).book(want);
        if (fail) throw new Error("no");
        return trx;
      });
    await expect(booked(true)).rejects.toThrow("no");
    expect(await statusOf()).toBe("available");
    const finished = await booked(false);
    expect(await statusOf()).toBe("booked");
    await expect(engine.within(finished).getSlot(slot.id)).rejects.toMatchObject({ code: "storage_misused" });
  });

  it("0.29: a booking commits and vanishes with it, and a finished transaction is misuse", async () => {
    const engine = engineOn();
    const kysely = new latest.Kysely<object>({ dialect: new latest.MysqlDialect({ pool }) });
    const booked = (fail: boolean) =>
      kysely.transaction().execute(async (trx) => {
        await engine.within(trx).book(want);
        if (fail) throw new Error("no");
        return trx;
      });
    await expect(booked(true)).rejects.toThrow("no");
    expect(await statusOf()).toBe("available");
    const finished = await booked(false);
    expect(await statusOf()).toBe("booked");
    await expect(engine.within(finished).getSlot(slot.id)).rejects.toMatchObject({ code: "storage_misused" });
  });
});
