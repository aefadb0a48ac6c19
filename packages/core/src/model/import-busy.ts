import { z } from "zod";
import { signalSchema } from "./abort-signal.ts";
import { createSlotsSchema } from "./commands.ts";
import { saying } from "./input-issue.ts";
import { type InstantInput, instantSchema } from "./instant.ts";
import { limits } from "./limits.ts";
import type { Override } from "./override.ts";
import type { OutsideSlot } from "./publish-slots.ts";
import { type Actor, idSchema } from "./values.ts";

/** A time at which a provider is busy elsewhere. */
export interface BusyInterval {
  readonly start: InstantInput;
  /** Exclusive: after `start`. */
  readonly end: InstantInput;
}

/** What `importBusy` takes. */
export interface ImportBusyInput {
  /** Who imports. It is written to the journal, and given to `authorize` and to the policies. */
  readonly actor: Actor;
  /** Why, in the actor's words: at most 500 characters. It is written to the journal. Default: no reason. */
  readonly reason?: string | undefined;
  /** Policies that are passed although they refuse it, each with a reason: 1 to 16 of them. Default: none. */
  readonly override?: readonly Override[] | undefined;
  /** Who is busy: 1 to 128 characters. */
  readonly providerId: string;
  /** Where they are kept from working by it: 1 to 128 characters. */
  readonly facilityId: string;
  /** Your name of the calendar that it comes from: 1 to 128 characters. What was taken from it before is replaced. */
  readonly source: string;
  /** The beginning of the time that the intervals tell about. Busy time before it stays, including the earlier part of one that reaches into it. */
  readonly from: InstantInput;
  /** The end of that time, at most 800 days after `from`. Busy time after it stays, including the later part of one that begins within it. */
  readonly until: InstantInput;
  /** All times between at which the calendar is busy: at most 10 000. They may overlap, and reach beyond both ends. */
  readonly intervals: readonly BusyInterval[];
  /** Whether it only says what it would do. Default `false`. */
  readonly dryRun?: boolean | undefined;
  /** Stops the call before its next commit. The call then rejects with `aborted`. Default: none. */
  readonly signal?: AbortSignal | undefined;
}

/** What became of the times of another calendar, or what would become of them. */
export interface ImportedBusy {
  /** Whether nothing was changed, because the call only asked. */
  readonly dryRun: boolean;
  /** How many busy times are new, those that overlap counted once. One that lasts beyond a week has several parts. */
  readonly created: number;
  /** How many were there already. */
  readonly kept: number;
  /** How many are over. */
  readonly withdrawn: number;
  /** How many free slots are blocked by it now. */
  readonly blocked: number;
  /** How many slots are free again, which this source had blocked. Those that the hours no longer offer are withdrawn, and not counted. */
  readonly freed: number;
  /** Slots within the busy times that are booked or held, each once: the first 500. */
  readonly taken: readonly OutsideSlot[];
  /** How many there are. */
  readonly takenCount: number;
}

const { actor, reason, override, providerId, facilityId } = createSlotsSchema.shape;

const interval = z
  .strictObject({ start: instantSchema, end: instantSchema })
  .refine(({ start, end }) => start < end, { path: ["end"], ...saying("must be after start", "invalid") });

/** `ImportBusyInput`, which says what each field means. */
export const importBusySchema = z.strictObject({
  actor,
  reason,
  override,
  providerId,
  facilityId,
  source: idSchema,
  from: instantSchema,
  until: instantSchema,
  intervals: z
    .array(interval, "must be an array")
    .max(limits.busyIntervals, `must not hold more than ${limits.busyIntervals} intervals`),
  dryRun: z.boolean("must be true or false").default(false),
  signal: signalSchema.optional(),
});
