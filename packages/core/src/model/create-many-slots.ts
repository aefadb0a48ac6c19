import { z } from "zod";
import { createSlotsSchema, type newSlotSchema } from "./commands.ts";
import { limits } from "./limits.ts";
import { idSchema } from "./values.ts";

/** Room for `/` and the position of an input behind the key of the call. */
const keyLength = limits.idLength - 13;

const isIterable = (value: unknown): boolean =>
  typeof value === "object" && value !== null && (Symbol.iterator in value || Symbol.asyncIterator in value);

const isSignal = (value: unknown): boolean =>
  typeof value === "object" && value !== null && "aborted" in value && "addEventListener" in value;

/** What a slot of `createManySlots` is made of. */
export type NewSlotInput = z.input<typeof newSlotSchema>;

/** What there is of a `createManySlots`. It stays, whatever happens to the rest. */
export interface CreatedSoFar {
  /** Whoever calls again with this key and the same inputs goes on after what is there. */
  readonly idempotencyKey: string;
  /** So many of the inputs, from the first one on, have their slots. */
  readonly inputs: number;
  /** Their slots, seats counted. */
  readonly slots: number;
}

const { actor, reason, providerId, facilityId, timeZone } = createSlotsSchema.shape;

export const createManySlotsSchema = z.strictObject({
  actor,
  reason,
  providerId,
  facilityId,
  timeZone,
  /** Of the whole call: each of its chunks takes effect at most once. Made by the engine if it is not given. */
  idempotencyKey: idSchema.max(keyLength, `must not be longer than ${keyLength} characters`).optional(),
  /** Read once and in order, a chunk at a time; by start, for each chunk reads what is stored in its span. */
  slots: z.custom<Iterable<NewSlotInput> | AsyncIterable<NewSlotInput>>(isIterable, "must be iterable"),
  /** A commit takes so many slots, seats counted, or up to one input more. Part of the request. */
  chunkSize: z
    .int("must be a whole number")
    .min(1, "must be at least 1")
    .max(limits.slotsPerChunk, `must be at most ${limits.slotsPerChunk}`)
    .default(250),
  /** Called after each chunk, and waited for. What it throws ends the call; the chunk stays. */
  onProgress: z
    .custom<(created: CreatedSoFar) => unknown>((value) => typeof value === "function", "must be a function")
    .optional(),
  /** Stops the call before its next chunk. */
  signal: z.custom<AbortSignal>(isSignal, "must be an AbortSignal").optional(),
});

export type CreateManySlotsInput = z.input<typeof createManySlotsSchema>;
