import { setTimeout as sleep } from "node:timers/promises";
import { sampleInstant } from "@slotwright/conformance";
import type { Engine, LiveSlots, OpenSlot } from "@slotwright/core";
import { type Finding, finding } from "./findings.ts";
import { pollMs } from "./followers.ts";

/** All slots of the histories, in memory, as one node's feed tells of them. */
export interface HeldSlots {
  /** Compares what it offers with what the database does. To be called when nothing more is committed. */
  readonly findings: () => Promise<readonly Finding[]>;
  readonly end: () => void;
}

const window = { from: sampleInstant(-24 * 60), to: sampleInstant(7 * 24 * 60) };
const mostLagMs = 10_000;

export async function holdSlots(engine: Engine, name: string): Promise<HeldSlots> {
  const live = await engine.follow({ ...window, pollMs });
  const isLikeDatabase = async () => {
    const stored = await pagesOf((cursor) => engine.findOpen({ ...window, cursor, limit: 500 }));
    return textOf(stored) === textOf(await openIn(live));
  };
  return {
    async findings() {
      // Holds expire between the two, and the feed may have more.
      for (let waitedMs = 0; waitedMs < mostLagMs; waitedMs += 200) {
        if (await isLikeDatabase()) return [];
        await sleep(200);
      }
      return finding("other", 1, `${name} offer something else than the database: ${JSON.stringify(live.freshness())}`);
    },
    end: () => live.close(),
  };
}

const openIn = (live: LiveSlots) => pagesOf(async (cursor) => live.findOpen({ cursor, limit: 500 }));

async function pagesOf(
  page: (cursor: string | null) => Promise<{ readonly items: readonly OpenSlot[]; readonly nextCursor: string | null }>,
): Promise<readonly OpenSlot[]> {
  const all: OpenSlot[] = [];
  for (let cursor: string | null = null; ; ) {
    const { items, nextCursor } = await page(cursor);
    all.push(...items);
    if (nextCursor === null) return all;
    cursor = nextCursor;
  }
}

function textOf(items: readonly OpenSlot[]): string {
  return items
    .map((item) => JSON.stringify(item))
    .sort()
    .join("\n");
}
