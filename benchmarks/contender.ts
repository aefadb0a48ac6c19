import type { Slot } from "@slotwright/core";

/** One of those that are compared. Each books free slots one after the other, each booking a durable commit. */
export interface Contender {
  readonly name: string;
  /** Publishes fresh slots; not timed. */
  readonly publish: (count: number) => Promise<readonly Slot[]>;
  readonly book: (slot: Slot) => Promise<void>;
  readonly close: () => Promise<void>;
}

/** A database with its contenders, the engine first and the floor last. */
export interface Arena {
  /** Engine and version. */
  readonly name: string;
  readonly contenders: readonly Contender[];
  readonly close: () => Promise<void>;
}
