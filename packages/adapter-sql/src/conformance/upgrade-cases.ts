import assert from "node:assert/strict";
import { sampleInstant as at, auditStore } from "@slotwright/conformance";
import { type BookingError, createEngine, type Engine, isBookingError } from "@slotwright/core";
import type { StorageAdapter } from "@slotwright/core/adapter";

/**
 * A database that starts with the tables of the previous version, and code of several versions that runs on it. `old`
 * is the previous version, `next` is one that old code can live with, and `breaking` is one that it cannot.
 */
export interface UpgradeStage {
  /** Opens the storage that a process of that version would open. */
  readonly open: (version: UpgradeVersion) => StorageAdapter<never>;
  /** Sets the column of the slots table that both later versions have added. */
  readonly setAddedColumn: (slotId: string, value: string) => Promise<void>;
  readonly readAddedColumn: (slotId: string) => Promise<string | null>;
  readonly close: () => Promise<void>;
}

export type UpgradeVersion = "old" | "next" | "breaking";

export interface UpgradeCase {
  readonly title: string;
  readonly run: (stage: UpgradeStage) => Promise<void>;
}

const actor = { kind: "test", id: "upgrade" };

export const upgradeCases: readonly UpgradeCase[] = [
  {
    title: "new code goes on with the rows of the version before, and old code beside it, in running and new processes",
    run: async (stage) => {
      const running = started(stage, "old");
      await running.storage.migrate();
      const slots = await published(running.engine, 4);
      await book(running.engine, slots[0]);
      const next = started(stage, "next");
      assert.deepEqual(await next.storage.migrate(), { from: 1, to: 2, applied: ["made up"] });
      assert.equal(await refusalOf(book(next.engine, slots[0])), "slot_booked");
      await book(next.engine, slots[1]);
      await book(running.engine, slots[2]);
      const late = started(stage, "old");
      assert.deepEqual(await late.storage.migrate(), { from: 2, to: 2, applied: [] });
      await book(late.engine, slots[3]);
      assert.deepEqual(await auditStore(next.storage), []);
      await closed(running, next, late);
    },
  },
  {
    title: "old code keeps what new code has written where it does not look",
    run: async (stage) => {
      const old = started(stage, "old");
      await old.storage.migrate();
      const [slot] = await published(old.engine, 1);
      const next = started(stage, "next");
      await next.storage.migrate();
      await stage.setAddedColumn(slot ?? "", "left-handed");
      await book(old.engine, slot);
      assert.equal(await stage.readAddedColumn(slot ?? ""), "left-handed");
      await closed(old, next);
    },
  },
  {
    title: "callers of both versions who want the same slots get one each, also while the migration runs",
    run: async (stage) => {
      const old = started(stage, "old");
      await old.storage.migrate();
      const slots = await published(old.engine, 12);
      const next = started(stage, "next");
      const early = slots.slice(0, 6).map((slot) => won(book(old.engine, slot)));
      await Promise.all([next.storage.migrate(), ...early]);
      const late = slots.slice(6).flatMap((slot) => [old, next].map(({ engine }) => won(book(engine, slot))));
      const wins = (await Promise.all([...early, ...late])).filter(Boolean);
      assert.equal(wins.length, slots.length);
      assert.deepEqual(await auditStore(next.storage), []);
      await closed(old, next);
    },
  },
  {
    title: "old code stops with a clear word after a migration that it cannot live with, and has changed nothing",
    run: async (stage) => {
      const running = started(stage, "old");
      await running.storage.migrate();
      const slots = await published(running.engine, 2);
      await book(running.engine, slots[0]);
      const breaking = started(stage, "breaking");
      assert.deepEqual(await breaking.storage.migrate(), { from: 1, to: 2, applied: ["made up"] });
      const late = started(stage, "old");
      for (const { engine, storage } of [running, late]) {
        assert.equal(await refusalOf(book(engine, slots[1])), "schema_too_new");
        await assert.rejects(storage.migrate(), { failure: "schema_too_new" });
      }
      await book(breaking.engine, slots[1]);
      assert.deepEqual(await auditStore(breaking.storage), []);
      await closed(running, breaking, late);
    },
  },
];

interface Started {
  readonly storage: StorageAdapter<never>;
  readonly engine: Engine<never>;
}

function started({ open }: UpgradeStage, version: UpgradeVersion): Started {
  const storage = open(version);
  return { storage, engine: createEngine({ storage }) };
}

async function closed(...all: readonly Started[]): Promise<void> {
  for (const { storage } of all) await storage.close();
}

async function published(engine: Engine<never>, count: number): Promise<readonly string[]> {
  const times = Array.from({ length: count }, (_, index) => ({ start: at(index * 30), end: at(index * 30 + 30) }));
  const { slots } = await engine.createSlots({ actor, providerId: "p", facilityId: "f", slots: times });
  return slots.map(({ id }) => id);
}

function book(engine: Engine<never>, slotId = ""): Promise<unknown> {
  return engine.book({ actor, slotId, subjectId: "s" });
}

async function refusalOf(refused: Promise<unknown>): Promise<BookingError["code"] | undefined> {
  return refused.then(
    () => undefined,
    (error: unknown) => {
      if (isBookingError(error)) return error.code;
      throw error;
    },
  );
}

async function won(booking: Promise<unknown>): Promise<boolean> {
  const refusal = await refusalOf(booking);
  assert.ok(refusal === undefined || refusal === "slot_booked", refusal);
  return refusal === undefined;
}
