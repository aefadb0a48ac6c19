import { compareIds } from "../../model/id-order.ts";

/** What the order of rows is made of. */
export interface Order {
  readonly startOf: (row: number) => number;
  readonly idOf: (row: number) => string;
}

/**
 * The rows of one provider in the order of (start, id). Slots usually arrive in that order and leave from its beginning,
 * so adding and dropping rows moves few of them.
 */
export class ProviderRows {
  readonly providerId: string;
  rows = new Int32Array(8);
  /** When each of them starts: to go by the numbers of the rows would be a second walk to memory for each. */
  starts = new Float64Array(8);
  /** The part of `rows` in use: from `first`, and before `end`. */
  first = 0;
  end = 0;
  /** Grows with each change of one of the slots, for what is worked out from them. */
  revision = 0;

  /** The longest of them, in milliseconds, also of those that are gone. */
  longest = 0;

  /** The last search that named this provider. */
  lastSearch = 0;

  constructor(providerId: string) {
    this.providerId = providerId;
  }

  get size(): number {
    return this.end - this.first;
  }

  /** Where the first row stands that starts at this time or later. */
  firstFrom(time: number): number {
    const { starts } = this;
    let [low, high] = this.#around(time);
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((starts[middle] as number) < time) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /**
   * A place that is likely to be near what starts at this time: slots lie evenly enough for a guess. There must be at
   * least one row.
   */
  near(time: number): number {
    const { starts, first, end } = this;
    const [earliest, latest] = [starts[first] as number, starts[end - 1] as number];
    if (time <= earliest) return first;
    if (time >= latest) return end - 1;
    return first + Math.floor(((time - earliest) / (latest - earliest)) * (end - 1 - first));
  }

  /** Places between which it is. A guess means that few of the rows are looked at: each is a walk to memory. */
  #around(time: number): [low: number, high: number] {
    const { starts, first, end } = this;
    if (end - first < 32) return [first, end];
    let low = this.near(time);
    let high = low;
    let step = 8;
    while (low > first && (starts[low] as number) >= time) {
      high = low;
      low = Math.max(first, low - step);
      step *= 2;
    }
    while (high < end && (starts[high] as number) < time) {
      low = high + 1;
      high = Math.min(end, high + step);
      step *= 2;
    }
    return [low, high];
  }

  add(row: number, order: Order): void {
    const at = this.#placeOf(row, order);
    if (this.end === this.rows.length) {
      this.#makeRoom(at, row, order.startOf(row));
      return;
    }
    this.rows.copyWithin(at + 1, at, this.end);
    this.starts.copyWithin(at + 1, at, this.end);
    this.rows[at] = row;
    this.starts[at] = order.startOf(row);
    this.end += 1;
    this.revision += 1;
  }

  remove(row: number, order: Order): void {
    const at = this.#placeOf(row, order);
    if (at === this.first) this.first += 1;
    else {
      this.rows.copyWithin(at, at + 1, this.end);
      this.starts.copyWithin(at, at + 1, this.end);
      this.end -= 1;
    }
    this.revision += 1;
  }

  #makeRoom(at: number, row: number, start: number): void {
    const { rows, starts, first, end, size } = this;
    const room = Math.ceil((size + 1) * 1.25) + 4;
    this.rows = new Int32Array(room);
    this.starts = new Float64Array(room);
    this.rows.set(rows.subarray(first, at));
    this.starts.set(starts.subarray(first, at));
    this.rows[at - first] = row;
    this.starts[at - first] = start;
    this.rows.set(rows.subarray(at, end), at - first + 1);
    this.starts.set(starts.subarray(at, end), at - first + 1);
    this.first = 0;
    this.end = size + 1;
    this.revision += 1;
  }

  /** Where the row stands, or would. */
  #placeOf(row: number, { startOf, idOf }: Order): number {
    const [start, id] = [startOf(row), idOf(row)];
    let [low, high] = [this.first, this.end];
    while (low < high) {
      // A slot that comes last, as most do, is found at once.
      const middle = high === this.end && low === this.first ? high - 1 : (low + high) >>> 1;
      const other = this.rows[middle] as number;
      const difference = startOf(other) - start || compareIds(idOf(other), id);
      if (difference < 0) low = middle + 1;
      else high = middle;
    }
    return low;
  }
}
