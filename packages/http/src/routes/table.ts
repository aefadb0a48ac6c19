import { limits } from "@slotwright/core";
import {
  countByDaySchema,
  idSchema,
  inputSchemas,
  instantSchema,
  nextOpenSchema,
  previewSchema,
} from "@slotwright/core/schemas";
import { z } from "zod";

/** Whose version an answer's `ETag` and a request's `If-Match` are. */
export type Versioned = "slot" | "appointment" | "schedule" | "availability";

/** One route: everything that HTTP has to know about a call. */
export interface Route {
  readonly method: "GET" | "POST";
  /** With the parameters in braces, which are fields of the input. */
  readonly path: string;
  readonly summary: string;
  /** What the engine's call takes. Undefined if the path says all of it. */
  readonly input?: z.ZodType;
  /** Fields of the input that the client does not send. */
  readonly without?: readonly string[];
  /** Lists of the input that are sent in a header, by its name: URLs are logged, and these are secrets. */
  readonly inHeaders?: Readonly<Record<string, string>>;
  /** The status of the answer. Default 200. */
  readonly status?: number;
  /** The record of the answer whose version is the `ETag`. */
  readonly etag?: Versioned;
  /** Of which record `If-Match` names the version: of a slot, one that the input names. Default: that of the `ETag`. */
  readonly ifMatch?: Versioned | "none";
  /** It takes no idempotency key, because a repeat of it writes nothing new. */
  readonly hasNoKey?: true;
  /** The body may be as large as one that creates slots. */
  readonly isLarge?: true;
}

/** What the lists of slots and of appointments have in common, in a window that is bounded. */
const snapshotSchema = z.strictObject({
  providerIds: z.array(idSchema).min(1).max(limits.providersPerList).optional(),
  facilityId: idSchema.optional(),
  from: instantSchema,
  to: instantSchema,
  limit: z.int().min(1).max(limits.pageSize).default(100),
});

const slot = (action: string, summary: string, input: z.ZodType) =>
  ({ method: "POST", path: `/slots/{slotId}/${action}`, summary, input, etag: "slot" }) as const satisfies Route;

const appointment = (action: string, summary: string, input: z.ZodType) =>
  ({
    method: "POST",
    path: `/appointments/{appointmentId}/${action}`,
    summary,
    input,
    etag: "appointment",
  }) as const satisfies Route;

const read = (path: string, summary: string, rest: Partial<Route> = {}) =>
  ({ method: "GET", path, summary, ...rest }) as const satisfies Route;

/** The history of one record: the schema has a part for each kind. */
const [slotHistory, appointmentHistory, availabilityHistory] = inputSchemas.history.options;

/** A slot, or a time. */
const [explainSlot, explainTime] = inputSchemas.explain.options;

/** A query would be logged. */
const ownHolds = { inHeaders: { holdTokens: "Hold-Token" } };

/** All routes, by the operation that they stand for. */
export const routes = {
  setAvailability: {
    method: "POST",
    path: "/availability",
    summary: "Sets the hours of a provider at a facility",
    input: inputSchemas.setAvailability,
    etag: "availability",
    isLarge: true,
  },
  createSlots: {
    method: "POST",
    path: "/slots",
    summary: "Creates slots on a schedule, all of them or none",
    input: inputSchemas.createSlots,
    status: 201,
    etag: "schedule",
    isLarge: true,
  },
  publishSlots: {
    method: "POST",
    path: "/slots/publish",
    summary: "Makes slots agree with the hours of a provider at a facility",
    input: inputSchemas.publishSlots,
    without: ["signal"],
    ifMatch: "none",
    hasNoKey: true,
  },
  importBusy: {
    method: "POST",
    path: "/busy-times",
    summary: "Takes the times at which another calendar is busy, in the place of those before",
    input: inputSchemas.importBusy,
    without: ["signal"],
    ifMatch: "none",
    hasNoKey: true,
    isLarge: true,
  },
  createManySlots: {
    method: "POST",
    path: "/slots/many",
    summary: "Creates any number of slots, in one commit for each chunk",
    input: inputSchemas.createManySlots,
    without: ["onProgress", "signal"],
    status: 201,
    ifMatch: "none",
    isLarge: true,
  },
  block: slot("block", "Blocks an available slot", inputSchemas.block),
  unblock: slot("unblock", "Makes a blocked slot available again", inputSchemas.unblock),
  hold: {
    method: "POST",
    path: "/holds",
    summary: "Holds a slot, or a time, for a short while",
    input: inputSchemas.hold,
    status: 201,
    etag: "slot",
    ifMatch: "slot",
  },
  extend: slot("extend", "Lets a hold last longer", inputSchemas.extend),
  release: slot("release", "Gives a held slot back", inputSchemas.release),
  breakHold: slot("break-hold", "Ends a hold without its token", inputSchemas.breakHold),
  book: {
    method: "POST",
    path: "/appointments",
    summary: "Creates an appointment and takes its slot, or a free slot that contains the time",
    input: inputSchemas.book,
    status: 201,
    etag: "appointment",
    ifMatch: "slot",
  },
  request: {
    method: "POST",
    path: "/requests",
    summary: "Asks for a slot, for one of several, or for a time, and lets the provider decide",
    input: inputSchemas.request,
    status: 201,
    etag: "appointment",
    ifMatch: "slot",
  },
  accept: appointment("accept", "Takes a scheduled appointment into a slot", inputSchemas.accept),
  decline: appointment("decline", "Says no to a scheduled appointment", inputSchemas.decline),
  offer: appointment("offer", "Offers another time for a scheduled appointment", inputSchemas.offer),
  acceptOffer: appointment("accept-offer", "Takes the time that was offered", inputSchemas.acceptOffer),
  declineOffer: appointment("decline-offer", "Does not take the time that was offered", inputSchemas.declineOffer),
  reschedule: appointment(
    "reschedule",
    "Moves a confirmed appointment to other slots, or to a time",
    inputSchemas.reschedule,
  ),
  checkIn: appointment("check-in", "Records that the subject has arrived", inputSchemas.checkIn),
  complete: appointment("complete", "Records that the appointment has taken place", inputSchemas.complete),
  markNoShow: appointment("no-show", "Records that the subject did not come", inputSchemas.markNoShow),
  cancel: appointment("cancel", "Cancels an appointment, and frees its slots", inputSchemas.cancel),
  preview: {
    method: "POST",
    path: "/previews",
    summary: "Tells what a command would do, or all reasons against it, and changes nothing",
    input: previewSchema,
    ifMatch: "none",
    hasNoKey: true,
    isLarge: true,
  },
  reconcile: {
    method: "POST",
    path: "/reconcile",
    summary: "Checks that slots and appointments agree, and repairs what has one right answer",
    input: inputSchemas.reconcile,
    without: ["onFinding"],
    ifMatch: "none",
    hasNoKey: true,
  },
  getAvailability: read("/availability", "Reads the hours of a provider at a facility", {
    input: inputSchemas.getAvailability,
    etag: "availability",
  }),
  availabilityHistory: read("/availability/{availabilityId}/history", "Lists how hours have changed", {
    input: availabilityHistory,
  }),
  getSchedule: read("/schedules/{providerId}", "Reads a schedule", {
    input: inputSchemas.getSchedule,
    etag: "schedule",
  }),
  listSlots: read("/slots", "Lists slots", { input: inputSchemas.listSlots }),
  getSlot: read("/slots/{slotId}", "Reads a slot", { etag: "slot" }),
  slotHistory: read("/slots/{slotId}/history", "Lists what happened to a slot", { input: slotHistory }),
  checkSync: read("/slots/{slotId}/sync", "Checks whether a slot and its appointment agree"),
  listAppointments: read("/appointments", "Lists appointments", { input: inputSchemas.listAppointments }),
  getAppointment: read("/appointments/{appointmentId}", "Reads an appointment", { etag: "appointment" }),
  appointmentHistory: read("/appointments/{appointmentId}/history", "Lists what happened to an appointment", {
    input: appointmentHistory,
  }),
  findTimes: read("/open-times", "Finds free times of a length, computed openings among them", {
    input: inputSchemas.findTimes,
    ...ownHolds,
  }),
  nextTimes: read("/open-times/next", "Finds the next free times of a length", { input: inputSchemas.nextTimes }),
  countTimes: read("/open-times/days", "Counts free times of a length by day", { input: inputSchemas.countTimes }),
  findOpen: read("/open-slots", "Finds free times", { input: inputSchemas.findOpen, ...ownHolds }),
  explainSlot: read("/slots/{slotId}/explanation", "Says why a slot is on offer, or why not", {
    input: explainSlot,
    ...ownHolds,
  }),
  explainTime: read("/open-slots/explanation", "Says why a time is on offer, or why not", {
    input: explainTime,
    ...ownHolds,
  }),
  countByDay: read("/open-slots/days", "Counts free times by day, from live slots", { input: countByDaySchema }),
  nextOpen: read("/open-slots/next", "Finds the next free times, from live slots", { input: nextOpenSchema }),
  snapshot: read("/snapshot", "The first pages of slots and appointments, with the cursor that the feed goes on from", {
    input: snapshotSchema,
  }),
  changes: read("/changes", "Reads a page of the feed", { input: inputSchemas.changes }),
  stream: read("/changes/stream", "Follows the feed, as server-sent events", {
    input: inputSchemas.subscribe,
    without: ["signal", "pollMs", "gatherMs"],
  }),
  openapi: read("/openapi.json", "This document"),
} as const satisfies Readonly<Record<string, Route>>;

/** The name of an operation: that of the engine's call, where there is one. */
export type OperationName = keyof typeof routes;

/** An operation that is one call, with one answer: neither the stream nor the document. */
export type CallName = Exclude<OperationName, "stream" | "openapi">;

export const operationNames = Object.keys(routes) as readonly OperationName[];

export const routeOf = (name: OperationName): Route => routes[name];

/** What HTTP sends in headers or has from the session. */
export const envelopeFields = ["actor", "idempotencyKey", "ifVersion"] as const;

const parametersByPath = new Map(
  operationNames
    .map(routeOf)
    .map(({ path }) => [path, [...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name as string)]),
);

/** The fields of a path, in their order. */
export const parametersOf = ({ path }: Route): readonly string[] => parametersByPath.get(path) ?? [];
