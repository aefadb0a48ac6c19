import type { z } from "zod";
import { BookingError, isBookingError } from "../errors/index.ts";
import type { NewSlotInput } from "../model/command-inputs.ts";
import { newSlotSchema } from "../model/commands.ts";
import { parse, unreadable } from "./parse.ts";

type NewSlot = z.output<typeof newSlotSchema>;
type Inputs = Iterable<NewSlotInput> | AsyncIterable<NewSlotInput>;
type Next = IteratorResult<NewSlotInput>;

/** Inputs that are created in one commit. */
export interface Chunk {
  /** The position of the first of them. */
  readonly from: number;
  readonly slots: readonly NewSlot[];
}

/** Reads a source a chunk at a time, never ahead. */
export interface ChunkReader {
  /** The next inputs, or undefined at the end. @throws BookingError `invalid_input`, `aborted` */
  readonly next: () => Promise<Chunk | undefined>;
  /** Tells the source that nothing more will be read. Does not wait, because the source may never answer. */
  readonly close: () => void;
}

/**
 * The chunks depend only on the inputs and the size, so a repeated call gets the same ones. Inputs are parsed as they
 * come, because a source may hand out one object again and again.
 */
export function chunkReader(source: Inputs, size: number, signal: AbortSignal | undefined): ChunkReader {
  const iterator = opened(source);
  let from = 0;
  let isOpen = true;

  async function read(position: number): Promise<Next> {
    try {
      const next = iterator.next();
      const result = "then" in next ? await orAborted(next, signal) : next;
      if (result.done) isOpen = false;
      return result;
    } catch (error) {
      if (isBookingError(error, "aborted")) throw error;
      isOpen = false;
      throw unreadable(["slots", position], error);
    }
  }

  return {
    async next() {
      const slots: NewSlot[] = [];
      for (let seats = 0; isOpen && seats < size; ) {
        const { done, value } = await read(from + slots.length);
        if (done) break;
        const slot = parse(newSlotSchema, value, ["slots", from + slots.length]);
        slots.push(slot);
        seats += slot.capacity;
      }
      refuseAborted(signal);
      if (slots.length === 0) return undefined;
      const chunk = { from, slots };
      from += slots.length;
      return chunk;
    },
    close() {
      if (isOpen) void end(iterator);
      isOpen = false;
    },
  };
}

function opened(source: Inputs): Iterator<NewSlotInput> | AsyncIterator<NewSlotInput> {
  try {
    return Symbol.asyncIterator in source ? source[Symbol.asyncIterator]() : source[Symbol.iterator]();
  } catch (error) {
    throw unreadable(["slots"], error);
  }
}

/** Whatever a source does at its end changes nothing any more. */
async function end(iterator: ReturnType<typeof opened>): Promise<void> {
  try {
    await iterator.return?.();
  } catch {}
}

/** @throws BookingError `aborted` */
export function refuseAborted(signal: AbortSignal | undefined): void {
  if (signal?.aborted) throw new BookingError("aborted", {}, signal.reason);
}

/** A listener for each wait, removed afterwards. Waits that hang on one promise would pile up there. */
function orAborted<T>(wait: PromiseLike<T>, signal: AbortSignal | undefined): PromiseLike<T> {
  if (signal === undefined) return wait;
  return new Promise((resolve, reject) => {
    const stop = () => reject(new BookingError("aborted", {}, signal.reason));
    const settled = () => signal.removeEventListener("abort", stop);
    signal.addEventListener("abort", stop, { once: true });
    wait.then(resolve, reject).then(settled);
    if (signal.aborted) stop();
  });
}
