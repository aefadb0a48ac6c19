import { z } from "zod";
import { appointmentStatuses } from "./appointment.ts";
import { instantSchema } from "./instant.ts";
import { limits } from "./limits.ts";
import { slotStatuses } from "./slot.ts";
import { actorSchema, idSchema } from "./values.ts";

const limit = z
  .int("must be a whole number")
  .min(1, "must be at least 1")
  .max(limits.pageSize, `must be at most ${limits.pageSize}`)
  .default(100);

const page = {
  /** Items on a page. */
  limit,
  /** `nextCursor` of the page before. Null, which the last page has, is the first page, as is none. */
  cursor: z.string("must be a string").max(limits.cursorLength, "must be a cursor that a page returned").nullish(),
};

const providerIds = z
  .array(idSchema, "must be an array")
  .min(1, "must hold at least one id")
  .max(limits.providersPerList, `must not hold more than ${limits.providersPerList} ids`);

const statusesOf = <const S extends readonly string[]>(statuses: S) =>
  z
    .array(z.enum(statuses, `must be one of ${statuses.join(", ")}`), "must be an array")
    .min(1, "must not be empty")
    .max(statuses.length, `must not hold more than ${statuses.length} statuses`)
    .transform((wanted) => statuses.filter((status) => (wanted as readonly string[]).includes(status)) as S[number][]);

/** Slots and appointments are listed by when they start: `from` (inclusive) to `to` (exclusive). */
const window = { from: instantSchema.optional(), to: instantSchema.optional() };

export const listSlotsSchema = z.strictObject({
  ...page,
  ...window,
  providerIds: providerIds.optional(),
  facilityId: idSchema.optional(),
  statuses: statusesOf(slotStatuses).optional(),
});

export const listAppointmentsSchema = z.strictObject({
  ...page,
  ...window,
  /** Appointments that have one of these among their providers. */
  providerIds: providerIds.optional(),
  facilityId: idSchema.optional(),
  subjectId: idSchema.optional(),
  statuses: statusesOf(appointmentStatuses).optional(),
});

/** The history of one slot or one appointment, oldest first. */
export const historySchema = z.union([
  z.strictObject({ ...page, slotId: idSchema }),
  z.strictObject({ ...page, appointmentId: idSchema }),
]);

export const reconcileSchema = z.strictObject({
  actor: actorSchema,
  /** Look and report only, change nothing. */
  dryRun: z.boolean("must be true or false").default(false),
  ...window,
  /** Findings kept in the report; all of them are counted, and given to `onFinding`. */
  keepFindings: z
    .int("must be a whole number")
    .min(0, "must be at least 0")
    .max(100_000, "must be at most 100000")
    .default(1000),
  /** Called with each finding as it is made, and waited for. What it throws ends the call; what was repaired stays. */
  onFinding: z
    .custom<(finding: unknown) => unknown>((value) => typeof value === "function", "must be a function")
    .optional(),
});

export type ListSlotsInput = z.input<typeof listSlotsSchema>;
export type ListAppointmentsInput = z.input<typeof listAppointmentsSchema>;
export type HistoryInput = z.input<typeof historySchema>;
