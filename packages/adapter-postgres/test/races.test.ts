import { bookingRace, raceCases } from "@slotwright/adapter-sql/conformance";
import {
  auditStore,
  booking,
  creation,
  sampleSchedule as schedule,
  slotAt,
  transitionOf,
} from "@slotwright/conformance";
import { afterEach, beforeEach, expect, it } from "vitest";
import { describeOnServer } from "./on-server.ts";
import { openPostgresStore, type PostgresStore } from "./postgres-harness.ts";

describeOnServer("races", (url) => {
  let store: PostgresStore;
  beforeEach(async () => {
    store = await openPostgresStore(url());
  });
  afterEach(async () => {
    expect(await auditStore(store.storage)).toEqual([]);
    await store.close();
  });

  it.each(raceCases)("$title", async ({ run }) => {
    const before = await deadlocks();
    await run(store);
    expect(await deadlocks()).toBe(before);
  });

  it("one command from two connections takes effect once, even if nothing it expects reveals the other", async () => {
    const fresh = (n: number) => ({ ...schedule, id: `schedule-${n}` });
    for (let round = 0; round < 20; round++) {
      // The same command, on other records: only its id reveals it.
      const [one, two] = await Promise.all([
        store.storage.commit([
          transitionOf(`c ${round}`, fresh(round)),
          transitionOf(`x ${round}`, fresh(round + 200)),
        ]),
        store.second.commit([
          transitionOf(`y ${round}`, fresh(round + 300)),
          transitionOf(`c ${round}`, fresh(round + 100)),
        ]),
      ]);
      expect([one[0]?.status, two[1]?.status].sort()).toEqual(["committed", "replayed"]);
      expect([one[1]?.status, two[0]?.status]).toEqual(["committed", "committed"]);
    }
  });

  it("a batch with refused, stale and replayed transitions among new ones commits only the new ones", async () => {
    const slots = Array.from({ length: 6 }, (_, n) => slotAt(n * 30));
    await store.storage.commit([creation(...slots)]);
    const [a, b, c, d, e] = slots.map((slot) => booking(slot)) as [
      ReturnType<typeof booking>,
      ...ReturnType<typeof booking>[],
    ];
    await store.storage.commit([c as typeof a]);
    const refused = booking(slots[4] as (typeof slots)[0], { slotIds: ["gone"] });
    const outcomes = await store.storage.commit([
      a,
      b as typeof a,
      c as typeof a,
      refused,
      booking(slotAt(999)),
      d as typeof a,
    ]);
    expect(outcomes.map(({ status }) => status)).toEqual([
      "committed",
      "committed",
      "replayed",
      "refused",
      "stale",
      "committed",
    ]);
    expect(await store.second.commit([e as typeof a])).toEqual([{ status: "committed" }]);
  });

  it("two processes with 32 callers each share 30 slots, and never book one slot twice", () =>
    bookingRace({
      program: new URL("storage-process.ts", import.meta.url),
      options: { connectionString: url(), schema: store.schema },
      storage: store.storage,
      processes: 2,
      callers: 32,
    }));

  async function deadlocks(): Promise<number> {
    const { rows } = await store.pool.query(
      "select deadlocks::int from pg_stat_database where datname = current_database()",
    );
    return rows[0].deadlocks;
  }
});
