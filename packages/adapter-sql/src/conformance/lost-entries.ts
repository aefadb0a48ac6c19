import assert from "node:assert/strict";
import { setTimeout as pause } from "node:timers/promises";
import { auditFeed, sampleNow } from "@slotwright/conformance";
import {
  createEngine,
  createRelay,
  type Engine,
  type HandleEntry,
  isBookingError,
  type JournalEntry,
  type StorageAdapter,
} from "@slotwright/core";
import { publishAlone } from "./feed-stage.ts";
import { relaysThrough } from "./relays-through-loss.ts";

export interface LossStage {
  readonly storage: StorageAdapter<never>;
  /** What is committed from now on will be lost. */
  readonly backUp: () => Promise<void>;
  /** The storage as it is after the loss. */
  readonly restore: () => Promise<StorageAdapter<never>>;
}

/**
 * A reader who has had an entry that a restore or a failover has lost is told so, also when other entries have taken its number,
 * and when its command was sent again: that takes effect anew, and later. One who stands before the loss goes on, and so does a
 * relay, whose place is lost with the entries before it, if it is run again: whether it had stopped before the loss, or runs
 * through it.
 */
export async function tellsReadersOfLoss({ storage, backUp, restore }: LossStage): Promise<void> {
  const before = createEngine({ storage });
  await publish(storage, [0, 1, 2, 3, 4]);
  const kept = await endOf(before);
  const handed: string[] = [];
  await relayToEnd(before, handed);
  const through = await relaysThrough(storage);
  await through.whileAway(backUp);
  await publish(storage, [5, 6, 7]);
  await relayToEnd(before, handed);
  await through.haveRead();
  const lost = [await endOf(before), (await before.changes({ after: kept, limit: 1 })).cursor];
  const restored = await through.moveBy(restore);
  await through.end();
  const after = createEngine({ storage: restored });
  for (const cursor of lost) await isReset(after, cursor);
  assert.deepEqual(await after.changes({ after: kept }), { entries: [], cursor: kept, isEnd: true });
  const again = await publishAlone(restored, 5, new Date(sampleNow.getTime() + 1));
  const anew = [...again, ...(await publish(restored, [10, 11]))];
  for (const cursor of lost) await isReset(after, cursor);
  assert.deepEqual(auditFeed((await after.changes({ after: kept })).entries, anew), []);
  for (const name of ["mail", ...through.names]) {
    handed.length = 0;
    await relayToEnd(after, handed, name);
    assert.deepEqual(handed.toSorted(), anew.map(({ recordId }) => recordId).toSorted(), name);
  }
}

async function relayToEnd(engine: Engine<never>, handed: string[], name = "mail"): Promise<void> {
  const stopping = new AbortController();
  const handle: HandleEntry = async ({ recordId }) => void handed.push(recordId);
  const relay = createRelay({ engine: engine as Engine, name, from: "beginning", pollMs: 20, handle });
  const caughtUp = async () => {
    while ((await relay.status()).behind !== 0) await pause(10);
    stopping.abort();
  };
  await Promise.all([relay.run({ signal: stopping.signal }), caughtUp()]);
}

async function publish(storage: StorageAdapter<never>, numbers: readonly number[]): Promise<readonly JournalEntry[]> {
  const entries: JournalEntry[] = [];
  for (const number of numbers) entries.push(...(await publishAlone(storage, number)));
  return entries;
}

const endOf = async (engine: Engine<never>) => (await engine.changes({ after: "end" })).cursor;

/** Whether a reader of a page and a subscriber are both told. */
async function isReset(engine: Engine<never>, after: string): Promise<void> {
  const isTold = (error: unknown) => isBookingError(error, "feed_reset");
  for (const limit of [1, 100]) await assert.rejects(engine.changes({ after, limit }), isTold);
  const reading = engine.subscribe({ after })[Symbol.asyncIterator]();
  await assert.rejects(reading.next(), isTold);
}
