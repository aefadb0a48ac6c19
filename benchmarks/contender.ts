/** One of those that are compared. Each books free slots one after the other, each booking a durable commit. */
export interface Contender {
  readonly name: string;
  /** Publishes fresh slots and returns their ids; not timed. */
  readonly publish: (count: number) => Promise<readonly string[]>;
  readonly book: (slotId: string) => Promise<void>;
  readonly close: () => Promise<void>;
}
