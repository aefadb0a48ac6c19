import type { JournalEntry } from "../../model/journal.ts";
import type { FeedEntry, FeedPosition } from "../../storage/adapter.ts";
import { positionAfter } from "../../storage/feed-position.ts";
import { nameText } from "./state.ts";

/** An entry that was read and has not been passed yet. */
export interface BacklogItem {
  readonly key: string;
  readonly entry: JournalEntry;
}

/** What was read of the feed, up to what is settled without a gap: handed over, or parked. */
export interface Backlog {
  /** How many entries are not stored as settled. Of new entries, a crash repeats no more than these. */
  readonly size: () => number;
  /** How many of these could be stored. */
  readonly settled: () => number;
  /** The position after everything that was read: the same object until there is more. */
  readonly end: () => FeedPosition;
  /** The position after everything that is settled without a gap. */
  readonly settledTo: () => FeedPosition;
  /** The position that `settledTo` returned last is stored. */
  readonly noteStored: () => void;
  readonly add: (entries: readonly FeedEntry[]) => void;
  /** Takes the first entry that is not taken, and that follows no other one of its record. */
  readonly take: (isBusy: (key: string) => boolean) => BacklogItem | undefined;
  readonly settle: (item: BacklogItem) => void;
}

interface Item extends BacklogItem {
  readonly placed: FeedEntry;
  isTaken: boolean;
  isSettled: boolean;
}

export function createBacklog(from: FeedPosition): Backlog {
  const items: Item[] = [];
  let settledPosition = from;
  let passed: FeedEntry[] = [];
  /** How many are in `settledPosition`, which may not be stored yet. */
  let unstored = 0;
  let end = from;

  function pass(): void {
    const open = items.findIndex(({ isSettled }) => !isSettled);
    const gone = items.splice(0, open < 0 ? items.length : open);
    passed.push(...gone.map(({ placed }) => placed));
  }

  return {
    size: () => items.length + passed.length + unstored,
    settled: () => passed.length + unstored,
    end: () => end,
    settledTo() {
      settledPosition = positionAfter(settledPosition, passed);
      unstored += passed.length;
      passed = [];
      return settledPosition;
    },
    noteStored() {
      unstored = 0;
    },
    add(entries) {
      end = positionAfter(end, entries);
      for (const placed of entries) {
        const { entry } = placed;
        items.push({ key: nameText(entry), entry, placed, isTaken: false, isSettled: false });
      }
    },
    take(isBusy) {
      const waiting = new Set<string>();
      for (const item of items) {
        if (item.isTaken) continue;
        if (!waiting.has(item.key) && !isBusy(item.key)) {
          item.isTaken = true;
          return item;
        }
        waiting.add(item.key);
      }
      return undefined;
    },
    settle(item) {
      (item as Item).isSettled = true;
      pass();
    },
  };
}
