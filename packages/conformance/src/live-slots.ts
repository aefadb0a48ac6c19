import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import type { Engine, FollowInput, LiveSlots, OpenSlot, Slot, StorageAdapter } from "@slotwright/core";
import { compareIds, StorageError } from "@slotwright/core/adapter";
import { minutes, patient } from "./fixtures.ts";
import { eachCall, intercepted } from "./intercepted.ts";

/** What is wrong with a storage for a while. */
export interface Broken {
  /** Every call fails, as while the database restarts. */
  isDown: boolean;
  /** No position in the feed fits, until slots are read anew. */
  isReset: boolean;
}

export function breakable(storage: StorageAdapter, broken: Broken): StorageAdapter {
  return intercepted(storage, (target) => {
    const calls = eachCall(
      () => target,
      (_, proceed) => {
        if (broken.isDown) return Promise.reject(new StorageError("unavailable", "The test says so."));
        return proceed();
      },
    );
    return {
      ...calls,
      findSlots: (query, call) => {
        // No command reads like that.
        if (query.displayOnly && !broken.isDown) broken.isReset = false;
        return calls.findSlots(query, call);
      },
      readFeed: async (query, call) => {
        const isLost = broken.isReset && query.after !== "end" && !broken.isDown;
        return isLost ? { status: "reset" } : calls.readFeed(query, call);
      },
    };
  });
}

/** Waits until live slots stand where the feed ends. */
export async function caughtUp(live: LiveSlots, engine: Engine, mayBeStale = false): Promise<void> {
  const { cursor } = await engine.changes({ after: "end" });
  for (let waited = 0; ; waited += 5) {
    const at = live.freshness();
    if (at.cursor === cursor && (mayBeStale || !at.isStale)) return;
    assert.ok(
      waited < 2_000,
      `it has not caught up: ${JSON.stringify(at)} ${Buffer.from(at.cursor, "base64url")} ${Buffer.from(cursor, "base64url")}`,
    );
    await pause(5);
  }
}

interface Scope {
  readonly from: Date;
  readonly to: Date;
  readonly providerIds?: readonly string[];
  readonly facilityId?: string;
}

/** Compares what live slots offer and count with what the database says. */
export async function assertEqualToDatabase(live: LiveSlots, engine: Engine, scope: Scope): Promise<void> {
  const expected = await openIn(engine, scope);
  assert.deepEqual(allOpen(live), expected);
  assert.deepEqual(live.findOpen({ order: "latest", limit: 500 }).items.toReversed(), expected.slice(-500));
  const days = new Map<string, { open: number; seats: number }>();
  for (const { start, seats } of expected) {
    const day = days.get(start.toISOString().slice(0, 10)) ?? { open: 0, seats: 0 };
    days.set(start.toISOString().slice(0, 10), { open: day.open + 1, seats: day.seats + seats });
  }
  const counted = live.countByDay({ timeZone: "UTC" }).days;
  assert.deepEqual(
    counted,
    [...days].map(([date, day]) => ({ date, ...day })),
  );
}

export function allOpen(live: LiveSlots): readonly OpenSlot[] {
  const items: OpenSlot[] = [];
  let cursor: string | null = null;
  do {
    const page = live.findOpen({ cursor, limit: 7 });
    items.push(...page.items);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return items;
}

/** What is open, worked out from lists. */
async function openIn(engine: Engine, scope: Scope): Promise<readonly OpenSlot[]> {
  const groups = new Map<string, Slot[]>();
  let cursor: string | null = null;
  do {
    const page = await engine.listSlots({ ...scope, statuses: ["available"], cursor, limit: 500 });
    for (const slot of page.items) {
      const name = JSON.stringify([slot.scheduleId, slot.facilityId, slot.start, slot.end]);
      groups.set(name, [...(groups.get(name) ?? []), slot]);
    }
    cursor = page.nextCursor;
  } while (cursor !== null);
  const open = [...groups.values()].map((seats) => {
    const first = seats.reduce((one, other) => (compareIds(other.id, one.id) < 0 ? other : one));
    const { id: slotId, providerId, facilityId, start, end, version } = first;
    return { slotId, providerId, facilityId, start, end, version, seats: seats.length };
  });
  return open.sort((a, b) => a.start.getTime() - b.start.getTime() || compareIds(a.slotId, b.slotId));
}

/** Around the slots that cases publish. */
export const liveWindow = { from: minutes(-60), to: minutes(24 * 60) };

export async function withLive(
  engine: Engine,
  input: FollowInput,
  work: (live: LiveSlots) => Promise<void>,
): Promise<void> {
  const live = await engine.follow({ pollMs: 20, ...input });
  try {
    await work(live);
  } finally {
    live.close();
  }
}

export const idsOf = (items: readonly OpenSlot[]) => items.map(({ slotId }) => slotId);

export const bookSlot = (engine: Engine, { id }: Slot) => engine.book({ actor: patient, slotId: id, subjectId: "p-1" });
