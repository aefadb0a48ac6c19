import { compareIds } from "../../model/id-order.ts";

/** What the order of rows is made of. */
export interface Order {
  readonly startOf: (row: number) => number;
  readonly idOf: (row: number) => string;
}

/**
 * The rows of one provider in the order of (start, id). Slots mostly come in that order and go from its beginning, so
 * adding and dropping rows moves few of them.
 */
export class ProviderRows {
  readonly providerId: string;
  rows = new Int32Array(8);
  /** The part of `rows` in use: from `first`, and before `end`. */
  first = 0;
  end = 0;
  /** Grows with each change of one of the slots, for what is worked out from them. */
  revision = 0;

  /** The last search that named this provider. */
  lastSearch = 0;

  constructor(providerId: string) {
    this.providerId = providerId;
  }

  get size(): number {
    return this.end - this.first;
  }

  /** Where the first row stands that starts at this time or later. */
  firstFrom(time: number, start: Float64Array): number {
    let [low, high] = this.#around(time, start);
    while (low < high) {
      const middle = (low + high) >>> 1;
      if ((start[this.rows[middle] as number] as number) < time) low = middle + 1;
      else high = middle;
    }
    return low;
  }

  /**
   * Places between which it is. Slots lie evenly enough for a guess, so that few of the rows are looked at: each is a
   * walk to memory.
   */
  #around(time: number, start: Float64Array): [low: number, high: number] {
    const { rows, first, end } = this;
    if (end - first < 32) return [first, end];
    const [earliest, latest] = [start[rows[first] as number] as number, start[rows[end - 1] as number] as number];
    if (time <= earliest) return [first, first];
    if (time > latest) return [end, end];
    let low = first + Math.floor(((time - earliest) / (latest - earliest)) * (end - 1 - first));
    let high = low;
    let step = 8;
    while (low > first && (start[rows[low] as number] as number) >= time) {
      high = low;
      low = Math.max(first, low - step);
      step *= 2;
    }
    while (high < end && (start[rows[high] as number] as number) < time) {
      low = high + 1;
      high = Math.min(end, high + step);
      step *= 2;
    }
    return [low, high];
  }

  add(row: number, order: Order): void {
    const at = this.#placeOf(row, order);
    if (this.end === this.rows.length) {
      this.#makeRoom(at, row);
      return;
    }
    this.rows.copyWithin(at + 1, at, this.end);
    this.rows[at] = row;
    this.end += 1;
    this.revision += 1;
  }

  remove(row: number, order: Order): void {
    const at = this.#placeOf(row, order);
    if (at === this.first) this.first += 1;
    else {
      this.rows.copyWithin(at, at + 1, this.end);
      this.end -= 1;
    }
    this.revision += 1;
  }

  #makeRoom(at: number, row: number): void {
    const before = this.rows.subarray(this.first, this.end);
    const longer = new Int32Array(Math.ceil((before.length + 1) * 1.25) + 4);
    const index = at - this.first;
    longer.set(before.subarray(0, index));
    longer[index] = row;
    longer.set(before.subarray(index), index + 1);
    this.rows = longer;
    this.first = 0;
    this.end = before.length + 1;
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
