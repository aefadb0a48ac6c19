import { setTimeout as pause } from "node:timers/promises";
import {
  createEngine,
  type Engine,
  isBookingError,
  type LiveSlots,
  type OpenSlot,
  type StorageAdapter,
} from "@slotwright/core";
import { type OwnServer, type ServerName, startOwnServer } from "@slotwright/test-servers";
import { noServer } from "@slotwright/test-servers/vitest";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { loadEngine } from "../src/engines/index.ts";

const actor = { kind: "patient", id: "p" };
const [from, to] = [new Date("2026-03-01T00:00:00Z"), new Date("2026-03-20T00:00:00Z")];
const slotCount = 400;

/** What a command may answer while the server is away. */
const away = [
  "storage_unavailable",
  "storage_busy",
  "outcome_unknown",
  "slot_booked",
  "invalid_transition",
  "version_conflict",
];

async function published(engine: Engine<never>, providerId: string): Promise<readonly string[]> {
  const slots = Array.from({ length: slotCount }, (_, index) => {
    const start = from.getTime() + (index + 1) * 1_800_000;
    return { start: new Date(start), end: new Date(start + 1_800_000) };
  });
  const created = await engine.createSlots({ actor, providerId, facilityId: "f", slots });
  return created.slots.map(({ id }) => id);
}

/** Books and cancels, one slot after another, until it is stopped. */
function caller(engine: Engine<never>, slotIds: readonly string[]) {
  let isStopped = false;
  let done = 0;
  const work = (async () => {
    for (let round = 0; !isStopped; round++) {
      const slotId = slotIds[round % slotIds.length] ?? "";
      try {
        const { appointment } = await engine.book({ actor, slotId, subjectId: "s" });
        done += 1;
        if (round % 3 === 0) await engine.cancel({ actor, appointmentId: appointment.id });
      } catch (error) {
        if (!away.some((code) => isBookingError(error, code as never))) throw error;
      }
      await pause(2);
    }
  })();
  work.catch(() => {});
  return {
    /** How many bookings were acknowledged. */
    done: () => done,
    stop: () => {
      isStopped = true;
      return work;
    },
  };
}

async function openIn(engine: Engine<never>): Promise<readonly OpenSlot[]> {
  const items: OpenSlot[] = [];
  let cursor: string | null | undefined;
  do {
    const page = await engine.findOpen({ from, to, limit: 500, cursor });
    items.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return items;
}

function shownBy(live: LiveSlots): readonly OpenSlot[] {
  const items: OpenSlot[] = [];
  let cursor: string | null = null;
  do {
    const page = live.findOpen({ limit: 500, cursor });
    items.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return items;
}

const harm: Readonly<Record<string, (server: OwnServer) => Promise<void>>> = {
  "is restarted": ({ process }) => process.restart(),
  "is killed and started again": async ({ process }) => {
    await process.kill();
    await pause(300);
    await process.restart();
  },
};

describe.each(["postgres", "mysql", "mariadb"] satisfies ServerName[])("live slots on a server of %s", (name) => {
  let server: OwnServer | undefined;
  let storages: readonly StorageAdapter<never>[] = [];
  let engines: readonly Engine<never>[] = [];

  beforeAll(async () => {
    server = await startOwnServer(name);
    if (server === undefined) return;
    const { url } = await server.createDatabase();
    const { openStorage } = await loadEngine(name);
    storages = [openStorage(url), openStorage(url)];
    await storages[0]?.migrate();
    engines = storages.map((storage) => createEngine({ storage, retry: { budgetMs: 200 } }));
  });
  afterAll(async () => {
    await Promise.all(storages.map((storage) => storage.close()));
    await server?.stop();
  });

  it.for(Object.entries(harm))(
    "that %s end equal to the database, and say how far behind they are meanwhile",
    async ([how, strike], { skip }) => {
      const [engine, other] = engines;
      if (server === undefined || engine === undefined || other === undefined) return skip(noServer(name));
      const slotIds = await published(engine, how);
      const live = await engine.follow({ from, to, pollMs: 20, staleAfterMs: 100 });
      let wasStale = false;
      const watching = setInterval(() => {
        wasStale ||= live.freshness().isStale;
      }, 5);
      const half = slotCount / 2;
      const callers = [caller(engine, slotIds.slice(0, half)), caller(other, slotIds.slice(half))];
      const least = () => Math.min(...callers.map(({ done }) => done()));
      await expect.poll(least, { timeout: 20_000 }).toBeGreaterThan(10);
      await strike(server);
      const before = least();
      await expect.poll(least, { timeout: 20_000 }).toBeGreaterThan(before + 10);
      await Promise.all(callers.map(({ stop }) => stop()));
      clearInterval(watching);
      expect(wasStale).toBe(true);
      await expect.poll(() => live.freshness().isStale, { timeout: 10_000 }).toBe(false);
      const { cursor } = await other.changes({ after: "end" });
      await expect.poll(() => live.freshness().cursor, { timeout: 10_000 }).toBe(cursor);
      const expected = await openIn(other);
      expect(expected.length).toBeGreaterThan(0);
      expect(shownBy(live)).toEqual(expected);
      // With the patience that an engine has by default.
      const patient = createEngine({ storage: storages[1] as StorageAdapter<never> });
      await Promise.all(expected.map(({ slotId }) => patient.book({ actor, slotId, subjectId: "s" })));
      live.close();
    },
  );
});
