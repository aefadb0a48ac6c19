import { appointmentOn, booking, creation, slotAt, transitionOf } from "@slotwright/conformance";
import { Pool } from "pg";
import { afterEach, beforeEach, describe, expect, it } from "vitest";
import { postgresAdapter } from "../src/index.ts";
import { describeOnServer } from "./on-server.ts";
import { openPostgresStore, type PostgresStore } from "./postgres-harness.ts";

const slot = slotAt(0);
const fresh = slotAt(60);
const asked = appointmentOn(fresh, { id: "asked", status: "scheduled", slotIds: [] });
const levels = ["read committed", "repeatable read", "serializable"];

describeOnServer("two that create the same record concurrently, the first of them uncommitted:", (url) => {
  let store: PostgresStore;
  beforeEach(async () => {
    store = await openPostgresStore(url());
    await store.storage.commit([creation(slot)]);
  });
  afterEach(() => store.close());

  const waiting = async () => {
    const query = "select from pg_stat_activity where wait_event_type = 'Lock' and datname = current_database()";
    while ((await store.pool.query(query)).rowCount === 0);
  };
  const at = (level: string) => {
    const options = `-c default_transaction_isolation=${level.replace(" ", "\\ ")}`;
    const pool = new Pool({ connectionString: url(), options });
    return { pool, storage: postgresAdapter({ pool, schema: store.schema }) };
  };

  describe.each([
    ["a slot", fresh],
    ["an appointment", asked],
  ])("%s,", (_kind, record) => {
    const keys = [{ kind: record.kind, id: record.id }];
    const beginFirst = async () => {
      const host = await store.beginHostTransaction();
      const first = await store.storage.within(host.transaction).commit([transitionOf("first", record)]);
      expect(first).toEqual([{ status: "committed" }]);
      return host;
    };

    it("the second waits and is stale, and its neighbours are committed", async () => {
      const host = await beginFirst();
      const second = store.second.commit([transitionOf("second", record), booking(slot)]);
      await waiting();
      await host.commit();
      expect(await second).toEqual([{ status: "stale", keys }, { status: "committed" }]);
    });

    it("the second is also stale if it comes alone", async () => {
      const host = await beginFirst();
      const second = store.second.commit([transitionOf("second", record)]);
      await waiting();
      await host.commit();
      expect(await second).toEqual([{ status: "stale", keys }]);
    });

    it("the second is committed if the first is rolled back", async () => {
      const host = await beginFirst();
      const second = store.second.commit([transitionOf("second", record)]);
      await waiting();
      await host.rollback();
      expect(await second).toEqual([{ status: "committed" }]);
    });

    it.each(levels.slice(1))(
      "the second cannot see why it lost, at %s: transient, and stale when repeated",
      async (level) => {
        const { pool, storage } = at(level);
        await storage.load(keys);
        const host = await beginFirst();
        const second = storage.commit([transitionOf("second", record)]);
        const rejected = expect(second).rejects.toMatchObject({ failure: "transient" });
        await waiting();
        await host.commit();
        await rejected;
        expect(await storage.commit([transitionOf("second", record)])).toEqual([{ status: "stale", keys }]);
        await pool.end();
      },
    );
  });

  it("two entries for one version in one transition are left for the guard to refuse", async () => {
    const twice = booking(slot);
    expect(await store.storage.commit([{ ...twice, journal: [...twice.journal, ...twice.journal] }])).toEqual([
      { status: "refused", guard: "journal_once_per_version" },
    ]);
  });

  it.each(levels)("an entry that is in the journal already, at %s, is left for the guard to refuse", async (level) => {
    const { pool, storage } = at(level);
    const columns =
      "feed_partition, record_kind, record_id, place, command, command_id, actor_kind, actor_id, at, to_status, changes";
    await pool.query(
      `insert into ${store.schema}.slotwright_journal (version, ${columns})
      select 2, ${columns} from ${store.schema}.slotwright_journal where record_id = '${slot.id}'`,
    );
    expect(await storage.commit([booking(slot)])).toEqual([{ status: "refused", guard: "journal_once_per_version" }]);
    await pool.end();
  });
});
