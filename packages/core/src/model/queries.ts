import { z } from "zod";
import { signalSchema } from "./abort-signal.ts";
import { appointmentStatuses } from "./appointment.ts";
import { requestStates } from "./appointment-request.ts";
import { saying } from "./input-issue.ts";
import { instantSchema } from "./instant.ts";
import { jsonSchemaOf, notInJson, withJsonSchema } from "./json-schema.ts";
import { limits } from "./limits.ts";
import { listedStatuses } from "./slot.ts";
import { timeZoneSchema } from "./time-zone.ts";
import { actorSchema, idSchema } from "./values.ts";
import { wholeNumber } from "./whole-number.ts";

const limit = wholeNumber(1, limits.pageSize).default(100);

const page = {
  limit,
  cursor: z.string("must be a string").max(limits.cursorLength, "must be a cursor that a page returned").nullish(),
  newestFirst: z.boolean("must be true or false").default(false),
};

const providerIds = z
  .array(idSchema, "must be an array")
  .min(1, "must hold at least one id")
  .max(limits.providersPerList, `must not hold more than ${limits.providersPerList} ids`);

const ofProviders = { providerIds: providerIds.optional(), facilityId: idSchema.optional() };

/** `GetScheduleInput`, which says what each field means. */
export const getAvailabilitySchema = z.strictObject({ providerId: idSchema, facilityId: idSchema });

export const getScheduleSchema = z.strictObject({ providerId: idSchema, facilityId: idSchema.optional() });

const statusesOf = <const S extends readonly string[]>(statuses: S) => {
  const listed = z
    .array(z.enum(statuses, `must be one of ${statuses.join(", ")}`), "must be an array")
    .min(1, "must not be empty")
    .max(statuses.length, `must not hold more than ${statuses.length} statuses`);
  const inOrder = (wanted: readonly string[]) => statuses.filter((status) => wanted.includes(status)) as S[number][];
  return withJsonSchema(listed.transform(inOrder), () => jsonSchemaOf(listed));
};

/** Slots and appointments are listed by when they start: `from` (inclusive) to `to` (exclusive). */
const window = { from: instantSchema.optional(), to: instantSchema.optional() };

/** Without a bound, a list that no index serves reads everything to find a few items. */
function needsBound(field: string, bounds: string, what: string) {
  const error = `needs ${bounds}: no index finds ${what} alone, so all of them would be read`;
  return { path: [field], ...saying(error, "needs_another_field") };
}

interface Bounds {
  readonly from?: unknown;
  readonly to?: unknown;
  readonly providerIds?: unknown;
  readonly subjectId?: unknown;
}

const isBounded = ({ from, to, providerIds, subjectId }: Bounds): boolean =>
  providerIds !== undefined || subjectId !== undefined || (from !== undefined && to !== undefined);

export const listSlotsSchema = z
  .strictObject({
    ...page,
    ...window,
    ...ofProviders,
    statuses: statusesOf(listedStatuses).optional(),
    holderId: idSchema.optional(),
  })
  .refine(({ holderId, statuses }) => holderId === undefined || statuses === undefined, {
    path: ["statuses"],
    ...saying("must be left out beside holderId: what somebody holds is held", "conflicting_fields"),
  })
  .refine(
    (list) => list.statuses === undefined || isBounded(list),
    needsBound("statuses", "providerIds, or both from and to", "slots by status"),
  );

const timesPage = {
  limit,
  cursor: page.cursor,
  order: z.enum(["earliest", "latest"], 'must be "earliest" or "latest"').default("earliest"),
  ...window,
  ...ofProviders,
};

const ownHolds = {
  holdTokens: z
    .array(idSchema, "must be an array")
    .max(limits.slotsPerAppointment, `must not hold more than ${limits.slotsPerAppointment} tokens`)
    .optional(),
  holderId: idSchema.optional(),
};

const openPage = { ...timesPage, ...ownHolds };

export const findOpenSchema = z
  .strictObject({ ...openPage, subjectId: idSchema.optional() })
  .refine(
    ({ from, to, providerIds }) => isBounded({ from, to, providerIds }),
    needsBound("providerIds", "to be given, or both from and to", "free slots"),
  );

/** Hours are those of a provider at a facility, and no window of theirs is longer than two days. */
const ofTimes = { minutes: wholeNumber(1, 2 * 24 * 60), providerIds, facilityId: idSchema };

const count = wholeNumber(1, limits.pageSize).default(1);
const forSubject = { subjectId: idSchema.optional() };

export const liveTimesSchema = z.strictObject({ ...timesPage, ...ownHolds, ...ofTimes });
export const findTimesSchema = liveTimesSchema.extend(forSubject);

export const liveNextTimesSchema = z.strictObject({ ...ofTimes, from: window.from, count });
export const nextTimesSchema = liveNextTimesSchema.extend(forSubject);

export const liveCountTimesSchema = z.strictObject({ ...ofTimes, ...window, timeZone: timeZoneSchema.optional() });
export const countTimesSchema = liveCountTimesSchema.extend(forSubject);

const boundsOfAppointments = "providerIds, a subjectId, or both from and to";

export const listAppointmentsSchema = z
  .strictObject({
    ...page,
    ...window,
    ...ofProviders,
    subjectId: idSchema.optional(),
    statuses: statusesOf(appointmentStatuses).optional(),
    requestStates: statusesOf(requestStates).optional(),
  })
  .refine(
    (list) => list.statuses === undefined || isBounded(list),
    needsBound("statuses", boundsOfAppointments, "appointments by status"),
  )
  .refine(
    (list) => list.requestStates === undefined || isBounded(list),
    needsBound("requestStates", boundsOfAppointments, "appointments that wait"),
  )
  .refine((list) => list.requestStates === undefined || list.statuses === undefined, {
    path: ["requestStates"],
    ...saying("must be left out beside statuses: they are of appointments that are scheduled", "conflicting_fields"),
  })
  .refine(
    (list) => list.facilityId === undefined || isBounded(list),
    needsBound("facilityId", boundsOfAppointments, "appointments by facility"),
  );

/** The history of one slot, appointment or availability, oldest first by default. */
export const historySchema = z.union([
  z.strictObject({ ...page, slotId: idSchema }),
  z.strictObject({ ...page, appointmentId: idSchema }),
  z.strictObject({ ...page, availabilityId: idSchema }),
]);

/** A slot, or a time as `book` takes one. */
export const explainSlotSchema = z.strictObject({ slotId: idSchema, ...forSubject, ...ownHolds });
export const explainTimeSchema = z.strictObject({
  providerId: idSchema,
  facilityId: idSchema,
  start: instantSchema,
  end: instantSchema,
  ...forSubject,
  ...ownHolds,
});
export const explainSchema = z.union([explainSlotSchema, explainTimeSchema]);

const changesFilter = {
  after: z
    .string("must be a string")
    .max(limits.feedCursorLength, "must be a cursor that changes or subscribe returned")
    .nullish(),
  ...ofProviders,
};

export const changesSchema = z.strictObject({ ...changesFilter, limit });

const following = {
  pollMs: wholeNumber(10, 3_600_000).default(1000),
  signal: signalSchema.optional(),
};

export const subscribeSchema = z.strictObject({
  ...changesFilter,
  ...following,
  gatherMs: wholeNumber(0, 10_000).default(0),
});

/** Of live slots, which are a bounded window by themselves. */
export const liveOpenSchema = z.strictObject(openPage);

export const forSubjectSchema = z.strictObject({ actor: actorSchema, subjectId: idSchema });

export const countByDaySchema = z.strictObject({ ...ofProviders, ...window, timeZone: timeZoneSchema.optional() });

export const nextOpenSchema = z.strictObject({
  ...ofProviders,
  from: window.from,
  minutes: wholeNumber(1, limits.slotMs / 60_000).optional(),
  count,
});

const { followedProviders, followedDays, followedSlots } = limits;

const isMoving = ({
  from,
  to,
  forDays,
}: {
  readonly from?: unknown;
  readonly to?: unknown;
  readonly forDays?: unknown;
}) => forDays !== undefined && from === undefined && to === undefined;

export const followSchema = z
  .strictObject({
    providerIds: z
      .array(idSchema, "must be an array")
      .min(1, "must hold at least one id")
      .max(followedProviders, `must not hold more than ${followedProviders} ids`)
      .optional(),
    facilityId: idSchema.optional(),
    ...window,
    forDays: wholeNumber(1, followedDays).optional(),
    openings: z.boolean("must be true or false").default(false),
    maxSlots: wholeNumber(1, followedSlots).default(1_000_000),
    ...following,
    staleAfterMs: wholeNumber(100, 86_400_000).default(10_000),
  })
  .refine((input) => isMoving(input) || input.forDays === undefined, {
    path: ["forDays"],
    ...saying("must not be given together with from or to", "conflicting_fields"),
  })
  .refine((input) => input.forDays !== undefined || (input.from !== undefined && input.to !== undefined), {
    path: ["forDays"],
    ...saying("is needed, or both from and to: what is held must be bounded", "needs_another_field"),
  })
  .refine(
    ({ openings, providerIds, facilityId }) => !openings || (providerIds !== undefined && facilityId !== undefined),
    {
      path: ["openings"],
      ...saying("needs providerIds and facilityId: hours are those of a provider at a facility", "needs_another_field"),
    },
  )
  .refine(({ from, to }) => from === undefined || to === undefined || to.getTime() - from.getTime() <= followedMs, {
    path: ["to"],
    ...saying(`must not be more than ${followedDays} days after from`, "too_large", { maximum: followedDays }),
  });

const followedMs = followedDays * 24 * 60 * 60 * 1000;

export const reconcileSchema = z.strictObject({
  actor: actorSchema,
  dryRun: z.boolean("must be true or false").default(false),
  ...window,
  keepFindings: z
    .int("must be a whole number")
    .min(0, "must be at least 0")
    .max(100_000, "must be at most 100000")
    .default(1000),
  onFinding: notInJson(
    z.custom<(finding: unknown) => unknown>(
      (value) => typeof value === "function",
      saying("must be a function", "wrong_type"),
    ),
  ).optional(),
});
