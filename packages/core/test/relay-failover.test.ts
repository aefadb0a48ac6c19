import { describe, expect, it } from "vitest";
import { createEngine, createRelay, type HandleEntry, type RelayOptions, type Warning } from "../src/index.ts";
import { copyTables } from "../src/memory/database.ts";
import { createMemoryDatabase, memoryAdapter } from "../src/memory/index.ts";
import type { StorageAdapter } from "../src/storage/adapter.ts";
import { actor, failWith, hindered, passed, place, slotAt, until } from "./feed-stage.ts";

/** A database of which a standby has everything up to a moment, and what the relay has stored there. */
function staged() {
  const database = createMemoryDatabase();
  const storage = memoryAdapter({ database });
  let onStandby = copyTables(database.tables);
  return {
    storage,
    copy() {
      onStandby = copyTables(database.tables);
    },
    /** What was committed since is lost. */
    failOver() {
      database.tables = copyTables(onStandby);
    },
    row: () => database.tables.relays.get("mail") as { version: number; state: { position: object[] } } | undefined,
    /** The relay's row is written by somebody else. */
    async store(state: object) {
      const expected = database.tables.relays.get("mail")?.version ?? 0;
      expect(await storage.storeRelay({ name: "mail", expected, state })).toBe(true);
    },
  };
}

/** Runs a relay that notes which slots it hands over, and how the run ends. */
function started(storage: StorageAdapter, options: Partial<RelayOptions> = {}) {
  const stopping = new AbortController();
  const warnings: Warning[] = [];
  const handed: string[] = [];
  const engine = createEngine({ storage, random: () => 0, onWarning: (warning) => void warnings.push(warning) });
  const handle: HandleEntry = async (entry, handover) => {
    await options.handle?.(entry, handover);
    handed.push(entry.recordId);
  };
  const fixed = { engine, name: "mail", pollMs: 10, leaseSeconds: 1, from: "beginning" } as const;
  const relay = createRelay({ ...fixed, ...options, handle });
  let ending = "";
  const running = relay.run({ signal: stopping.signal }).then(
    () => (ending = "ended"),
    (error) => (ending = error.code),
  );
  const stop = () => {
    stopping.abort();
    return running;
  };
  return { relay, handed, warnings, running, stop, ending: () => ending };
}

async function publish(storage: StorageAdapter, at: number): Promise<string> {
  const { slots } = await createEngine({ storage }).createSlots({ actor, ...place, slots: [slotAt(at)] });
  return slots[0]?.id ?? "";
}

/** Keeps a relay from reading the feed, and so from being told of a reset. Call what it returns to let it read again. */
function untold(hindrances: ReturnType<typeof hindered>["hindrances"]): () => void {
  hindrances.readFeed = () => failWith("unavailable");
  return () => {
    hindrances.readFeed = undefined;
  };
}

describe("a relay that runs while a failover loses commits", () => {
  it.each([0, 1])(
    "stores no place of what is gone, so that it can be run again: %i commits after it",
    async (later) => {
      const { storage, copy, failOver, row } = staged();
      const first = started(storage, { leaseSeconds: 3_600 });
      await publish(storage, 0);
      await until(() => first.handed.length === 1 && row()?.state.position.length === 1);
      copy();
      await publish(storage, 30);
      await until(() => first.handed.length === 2);
      await passed(100);
      failOver();
      const kept = row()?.state.position;
      const made = later === 0 ? [] : [await publish(storage, 60)];
      expect(await first.running).toBe("feed_reset");
      expect(row()?.state.position).toEqual(kept);
      const again = started(storage);
      made.push(await publish(storage, 90));
      await until(() => made.every((id) => again.handed.includes(id)));
      expect(again.ending()).toBe("");
      await again.stop();
      expect(await again.relay.status()).toMatchObject({ behind: 0 });
    },
  );

  it.each(["runs on", "is being stopped"])(
    "stores no place of what is gone either if its row is as it has left it, and it %s",
    async (how) => {
      const { storage, copy, failOver, row } = staged();
      const { storage: failing, hindrances } = hindered(storage);
      const answered = Promise.withResolvers<void>();
      let handled = 0;
      const handle = async () => {
        handled += 1;
        if (handled > 1) await answered.promise;
      };
      const first = started(failing, { handle, leaseSeconds: 3_600 });
      await publish(storage, 0);
      await until(() => row()?.state.position.length === 1);
      copy();
      await publish(storage, 30);
      await until(() => handled === 2);
      // It is told of the reset only after the handler has answered.
      const tell = untold(hindrances);
      failOver();
      const kept = row()?.state.position;
      if (how === "is being stopped") void first.stop();
      answered.resolve();
      await passed(150);
      tell();
      expect(await first.running).toBe("feed_reset");
      expect(row()?.state).toMatchObject({ position: kept, lease: null });
      const again = started(storage);
      const made = await publish(storage, 60);
      await until(() => again.handed.includes(made));
      await again.stop();
    },
  );

  it("stores no parked record of what is gone, while an entry before it is still being handled", async () => {
    const { storage, copy, failOver, row } = staged();
    const { storage: failing, hindrances } = hindered(storage);
    const [answered, failed] = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
    let handled = 0;
    const handle = () => {
      handled += 1;
      return handled === 1 ? answered.promise : failed.promise;
    };
    const first = started(failing, { handle, leaseSeconds: 3_600 });
    await publish(storage, 0);
    await until(() => handled === 1);
    copy();
    await publish(storage, 30);
    await until(() => handled === 2);
    const tell = untold(hindrances);
    failOver();
    failed.reject(new Error("Not now."));
    await passed(150);
    answered.resolve();
    tell();
    expect(await first.running).toBe("feed_reset");
    expect(row()?.state).toMatchObject({ position: [], parked: [], lease: null });
  });

  it("goes on by itself from the place that is stored, if that is the only thing that is lost", async () => {
    const { storage, copy, failOver, row } = staged();
    const { storage: failing, hindrances } = hindered(storage);
    let isStoring = false;
    const first = started(failing);
    await until(() => row() !== undefined);
    hindrances.storeRelay = () => (isStoring ? Promise.resolve() : failWith("unavailable"));
    const one = await publish(storage, 0);
    await until(() => first.handed.length === 1);
    copy();
    isStoring = true;
    await until(() => row()?.state.position.length === 1);
    failOver();
    const other = await publish(storage, 30);
    await until(() => first.handed.length === 4);
    expect(first.handed.toSorted()).toEqual([one, one, other, other].toSorted());
    expect(first.warnings).toMatchObject([
      { code: "relay_lease_lost", message: expect.stringContaining("a failover has lost what the relay had stored") },
    ]);
    await first.stop();
    expect(await first.relay.status()).toMatchObject({ behind: 0 });
  });

  it("leaves the lease of another one alone, whose version has the number of its own", async () => {
    const { storage, copy, failOver, row, store } = staged();
    copy();
    const first = started(storage, { leaseSeconds: 3_600 });
    await publish(storage, 0);
    await until(() => row()?.state.position.length === 1);
    const version = row()?.version ?? 0;
    failOver();
    const lease = { holder: "another", until: Date.now() + 3_600_000, forMs: 3_600_000 };
    const state = { position: [], token: 1, lease, parked: [], writeId: "its own" };
    while (row()?.version !== version) await store(state);
    await publish(storage, 0);
    await until(() => first.handed.length === 2 || first.warnings.length > 0 || first.ending() !== "");
    await passed(150);
    expect(row()).toMatchObject({ version, state });
    await first.stop();
  });

  it("does not overwrite what release has asked for after it", async () => {
    const { storage, copy, failOver, row } = staged();
    const recordId = await publish(storage, 0);
    let calls = 0;
    const handle = async () => {
      calls += 1;
      throw new Error("Not now.");
    };
    const first = started(storage, { handle, leaseSeconds: 3_600, pollMs: 60_000 });
    await until(() => row()?.version === 2);
    copy();
    await until(() => row()?.version === 3);
    failOver();
    // From another process: this one hears it with its next write.
    const admin = createRelay({ engine: createEngine({ storage }), name: "mail", handle });
    expect(await admin.release({ recordKind: "slot", recordId, skip: true })).toBe(true);
    expect(row()?.version).toBe(3);
    await until(() => calls === 3);
    await passed(150);
    expect((await admin.status()).parked).toMatchObject([{ recordId, asked: "skip" }]);
    await first.stop();
  });
});

describe("a relay whose row is lost with all it had stored", () => {
  it("goes on from the place that another process saw, and does not begin at the end", async () => {
    const { storage, copy, failOver, row } = staged();
    await publish(storage, 0);
    copy();
    const { storage: failing, hindrances } = hindered(storage);
    const first = started(failing, { from: "end", leaseSeconds: 3_600 });
    await until(() => row() !== undefined);
    const { storage: watched, calls } = hindered(storage);
    const heir = started(watched, { from: "end" });
    await until(() => calls.includes("readRelay"));
    const never = () => new Promise<void>(() => {});
    for (const call of ["storeRelay", "readRelay", "readClock", "readFeed"] as const) hindrances[call] = never;
    await passed(50);
    failOver();
    const made = await publish(storage, 60);
    await until(() => heir.handed.length > 0);
    expect(heir.handed).toEqual([made]);
    await heir.stop();
    expect(await heir.relay.status()).toMatchObject({ token: 2 });
    void first.stop();
  });

  it("says so if the feed lacks that place, too, and stores nothing", async () => {
    const { storage, copy, failOver, row } = staged();
    copy();
    await publish(storage, 0);
    const first = started(storage, { from: "end" });
    await until(() => row() !== undefined);
    await passed(50);
    failOver();
    await publish(storage, 60);
    expect(await first.running).toBe("feed_reset");
    const after = row();
    const again = started(storage, { from: "beginning" });
    await until(() => again.handed.length === 1);
    await again.stop();
    expect(after).toBeUndefined();
  });

  it("is not begun at an end that is lost while its first place is stored", async () => {
    const { storage, copy, failOver } = staged();
    copy();
    await publish(storage, 0);
    const { storage: failing, hindrances } = hindered(storage);
    hindrances.storeRelay = async () => {
      hindrances.storeRelay = undefined;
      failOver();
      return failWith("unavailable");
    };
    const relay = started(failing, { from: "end" });
    while ((await relay.relay.status()).token === 0) await passed(5);
    const made = await publish(storage, 60);
    await until(() => relay.handed.length === 1 || relay.ending() !== "");
    expect(relay.handed).toEqual([made]);
    await relay.stop();
  });
});
