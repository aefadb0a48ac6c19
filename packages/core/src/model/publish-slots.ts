import { z } from "zod";
import { signalSchema } from "./abort-signal.ts";
import { createSlotsSchema } from "./commands.ts";
import { type InstantInput, instantSchema } from "./instant.ts";
import type { Override } from "./override.ts";
import type { Actor } from "./values.ts";

/** What `publishSlots` takes. */
export interface PublishSlotsInput {
  /** Who publishes. It is written to the journal, and given to `authorize` and to the policies. */
  readonly actor: Actor;
  /** Why, in the actor's words: at most 500 characters. It is written to the journal. Default: no reason. */
  readonly reason?: string | undefined;
  /** Policies that are passed although they refuse it, each with a reason: 1 to 16 of them. Default: none. */
  readonly override?: readonly Override[] | undefined;
  /** Whose slots they are: 1 to 128 characters. */
  readonly providerId: string;
  /** Where they are: 1 to 128 characters. */
  readonly facilityId: string;
  /** Slots that start before this instant, and from now on. At most 800 days ahead. */
  readonly until: InstantInput;
  /** Whether it only says what it would do. Default `false`. */
  readonly dryRun?: boolean | undefined;
  /** Stops the call before its next commit. The call then rejects with `aborted`. Default: none. */
  readonly signal?: AbortSignal | undefined;
}

/** What became of the slots of a time, or what would become of them. */
export interface PublishedSlots {
  /** Whether nothing was changed, because the call only asked. */
  readonly dryRun: boolean;
  /** How many slots are new, seats counted. */
  readonly created: number;
  /** How many were there already, whatever their state is: what is blocked stays blocked. */
  readonly kept: number;
  /** How many free slots are no longer on offer. */
  readonly withdrawn: number;
  /** How many were not made because blocked or taken time is in their way. */
  readonly obstructed: number;
  /** Slots that were published before, are booked or held, and lie outside of the hours: the first 500. */
  readonly outside: readonly OutsideSlot[];
  /** How many there are. */
  readonly outsideCount: number;
}

/** A slot that is taken, and that the hours no longer offer. */
export interface OutsideSlot {
  readonly slotId: string;
  /** Null if it is held, or if the actor may not see it. */
  readonly appointmentId: string | null;
  readonly start: Date;
  readonly end: Date;
}

const { actor, reason, override, providerId, facilityId } = createSlotsSchema.shape;

/** `PublishSlotsInput`, which says what each field means. */
export const publishSlotsSchema = z.strictObject({
  actor,
  reason,
  override,
  providerId,
  facilityId,
  until: instantSchema,
  dryRun: z.boolean("must be true or false").default(false),
  signal: signalSchema.optional(),
});
