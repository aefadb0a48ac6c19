import { z } from "zod";
import { signalSchema } from "./abort-signal.ts";
import type { NewSlotInput } from "./command-inputs.ts";
import { createSlotsSchema, newSlotSchema } from "./commands.ts";
import { saying } from "./input-issue.ts";
import { jsonSchemaOf, notInJson, withJsonSchema } from "./json-schema.ts";
import { limits } from "./limits.ts";
import type { Replayable } from "./replayable.ts";
import { type Actor, idSchema } from "./values.ts";
import { wholeNumber } from "./whole-number.ts";

/** Room for `/` and the position of an input after the key of the call. */
const keyLength = limits.keyLength - 13;

const isIterable = (value: unknown): boolean =>
  typeof value === "object" && value !== null && (Symbol.iterator in value || Symbol.asyncIterator in value);

/** What a `createManySlots` has created. It stays, whatever happens to the rest. */
export interface CreatedSoFar extends Replayable {
  /** The key of the call. A call with this key and the same inputs continues after the slots that exist. */
  readonly idempotencyKey: string;
  /** How many of the inputs have their slots, counted from the first one. */
  readonly inputs: number;
  /** How many slots these are, seats counted. */
  readonly slots: number;
}

/** What `createManySlots` takes. */
export interface CreateManySlotsInput {
  /** Who creates them. It is written to the journal, and given to `authorize` and to the policies. */
  readonly actor: Actor;
  /** Why, in the actor's words: at most 500 characters. It is written to the journal. Default: no reason. */
  readonly reason?: string | undefined;
  /** Whose slots they are: your id for a practitioner, a room or a device. 1 to 128 characters. */
  readonly providerId: string;
  /** Where they are: your id for a facility. 1 to 128 characters. */
  readonly facilityId: string;
  /**
   * The IANA time zone of the schedule, such as `Europe/Berlin`. A schedule that exists must have this zone, under this
   * or another of its names. Default: the zone that the schedule has, and `UTC` if it does not exist yet.
   */
  readonly timeZone?: string | undefined;
  /**
   * The key of the whole call: each of its chunks takes effect at most once for each actor and key. 1 to 103 characters.
   * Default: a key that the engine makes, and names in the result and in every error.
   */
  readonly idempotencyKey?: string | undefined;
  /**
   * The slots, any number of them. The source is read once and in order, one chunk at a time. Inputs in the order of
   * `start` are the fastest, because each chunk reads the stored slots of its span.
   */
  readonly slots: Iterable<NewSlotInput> | AsyncIterable<NewSlotInput>;
  /**
   * How many slots one commit takes, seats counted: 1 to 5000. The last input of a chunk may exceed it. It is part of
   * the request, so a repeat needs the same one. Default 250.
   */
  readonly chunkSize?: number | undefined;
  /** Called after each chunk, and awaited. An error that it throws ends the call; the chunk stays. Default: none. */
  readonly onProgress?: ((created: CreatedSoFar) => unknown) | undefined;
  /** Stops the call before its next chunk. The call then rejects with `aborted`. Default: none. */
  readonly signal?: AbortSignal | undefined;
}

const { actor, reason, providerId, facilityId, timeZone } = createSlotsSchema.shape;

/** `CreateManySlotsInput`, which says what each field means. */
export const createManySlotsSchema = z.strictObject({
  actor,
  reason,
  providerId,
  facilityId,
  timeZone,
  idempotencyKey: idSchema.max(keyLength, `must not be longer than ${keyLength} characters`).optional(),
  slots: withJsonSchema(
    z.custom<Iterable<NewSlotInput> | AsyncIterable<NewSlotInput>>(
      isIterable,
      saying("must be iterable", "wrong_type"),
    ),
    () => ({ type: "array", items: jsonSchemaOf(newSlotSchema) }),
  ),
  chunkSize: wholeNumber(1, limits.slotsPerChunk).default(250),
  onProgress: notInJson(
    z.custom<(created: CreatedSoFar) => unknown>(
      (value) => typeof value === "function",
      saying("must be a function", "wrong_type"),
    ),
  ).optional(),
  signal: signalSchema.optional(),
});
