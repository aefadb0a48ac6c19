import { setTimeout as wait } from "node:timers/promises";
import { sampleInstant as at } from "@slotwright/conformance";
import { createEngine, type Engine, isBookingError, type StorageAdapter } from "@slotwright/core";
import { expect } from "vitest";
import { withClient } from "./postgres-harness.ts";

const actor = { kind: "patient", id: "p" } as const;

/** All servers in one URL. */
export function urlOfAll(urls: readonly string[], more = ""): string {
  const [first] = urls.map((url) => new URL(url)) as [URL];
  const hosts = urls.map((url) => new URL(url).host).join(",");
  return first.href.replace(first.host, hosts).concat(`?target_session_attrs=read-write${more}`);
}

/** Migrates, and publishes slots. Returns their ids. */
export async function publishSlots(storage: StorageAdapter<never>, count: number): Promise<string[]> {
  await storage.migrate();
  const engine = createEngine({ storage });
  const slots = Array.from({ length: count }, (_, index) => ({ start: at(index * 15), end: at(index * 15 + 15) }));
  const ids: string[] = [];
  for (let from = 0; from < count; from += 500) {
    const some = slots.slice(from, from + 500);
    const created = await engine.createSlots({ actor, providerId: "p", facilityId: "f", slots: some });
    ids.push(...created.slots.map(({ id }) => id));
  }
  return ids;
}

/** Books one slot after another, and repeats each booking with its key until it is answered. */
async function bookUntil(
  engine: Engine<never>,
  slotIds: string[],
  signal: AbortSignal,
  acknowledged: Map<string, number>,
): Promise<void> {
  for (let slotId = slotIds.pop(); slotId !== undefined && !signal.aborted; slotId = slotIds.pop()) {
    const booking = { actor, slotId, subjectId: "s", idempotencyKey: `book ${slotId}` };
    while (!acknowledged.has(slotId)) {
      await engine.book(booking).then(
        () => acknowledged.set(slotId as string, performance.now()),
        (error: unknown) => {
          if (!isBookingError(error) || !/^storage_|^outcome_unknown$/.test(error.code)) throw error;
          return wait(20);
        },
      );
    }
    await wait(5);
  }
}

/**
 * Lets three callers book before, during and after a change of the primary. Returns the longest time without a
 * booking, and the slots that were acknowledged.
 *
 * @param change Resolves when another server takes writes.
 */
export async function bookThrough(
  engine: Engine<never>,
  slotIds: string[],
  change: () => Promise<unknown>,
): Promise<{ readonly slots: readonly string[]; readonly gapMs: number }> {
  const over = new AbortController();
  const acknowledged = new Map<string, number>();
  const callers = Array.from({ length: 3 }, () => bookUntil(engine, slotIds, over.signal, acknowledged));
  await expect.poll(() => acknowledged.size, { timeout: 15_000 }).toBeGreaterThan(10);
  await change();
  const changed = performance.now();
  const isOver = () => [...acknowledged.values()].some((time) => time > changed + 300);
  await expect.poll(isOver, { timeout: 15_000 }).toBe(true);
  over.abort();
  await Promise.all(callers);
  const times = [...acknowledged.values()].sort((a, b) => a - b);
  const gaps = times.slice(1).map((time, index) => time - (times[index] as number));
  return { slots: [...acknowledged.keys()], gapMs: Math.round(Math.max(...gaps)) };
}

/** The slots that are booked on a server. */
export function bookedOn(url: string): Promise<readonly string[]> {
  return withClient(url, async (client) => {
    const { rows } = await client.query<{ slot: string }>(
      "select slot_ids::json ->> 0 as slot from slotwright_appointments",
    );
    return rows.map(({ slot }) => slot).sort();
  });
}
