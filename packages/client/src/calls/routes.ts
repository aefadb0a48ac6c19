import type { HostCommandName } from "@slotwright/core/client";

/** Method and path of each command. What is in braces is a field of its input. */
const commandRoutes = {
  setAvailability: "POST /availability",
  createSlots: "POST /slots",
  block: "POST /slots/{slotId}/block",
  unblock: "POST /slots/{slotId}/unblock",
  hold: "POST /holds",
  extend: "POST /slots/{slotId}/extend",
  release: "POST /slots/{slotId}/release",
  breakHold: "POST /slots/{slotId}/break-hold",
  book: "POST /appointments",
  request: "POST /requests",
  accept: "POST /appointments/{appointmentId}/accept",
  decline: "POST /appointments/{appointmentId}/decline",
  offer: "POST /appointments/{appointmentId}/offer",
  acceptOffer: "POST /appointments/{appointmentId}/accept-offer",
  declineOffer: "POST /appointments/{appointmentId}/decline-offer",
  reschedule: "POST /appointments/{appointmentId}/reschedule",
  checkIn: "POST /appointments/{appointmentId}/check-in",
  complete: "POST /appointments/{appointmentId}/complete",
  markNoShow: "POST /appointments/{appointmentId}/no-show",
  cancel: "POST /appointments/{appointmentId}/cancel",
} as const satisfies Readonly<Record<HostCommandName, string>>;

/** Method and path of each call. */
export const routes = {
  ...commandRoutes,
  publishSlots: "POST /slots/publish",
  importBusy: "POST /busy-times",
  createManySlots: "POST /slots/many",
  preview: "POST /previews",
  reconcile: "POST /reconcile",
  getAvailability: "GET /availability",
  availabilityHistory: "GET /availability/{availabilityId}/history",
  getSchedule: "GET /schedules/{providerId}",
  listSlots: "GET /slots",
  getSlot: "GET /slots/{slotId}",
  slotHistory: "GET /slots/{slotId}/history",
  checkSync: "GET /slots/{slotId}/sync",
  listAppointments: "GET /appointments",
  getAppointment: "GET /appointments/{appointmentId}",
  appointmentHistory: "GET /appointments/{appointmentId}/history",
  findOpen: "GET /open-slots",
  findTimes: "GET /open-times",
  nextTimes: "GET /open-times/next",
  countTimes: "GET /open-times/days",
  explainSlot: "GET /slots/{slotId}/explanation",
  explainTime: "GET /open-slots/explanation",
  countByDay: "GET /open-slots/days",
  next: "GET /open-slots/next",
  snapshot: "GET /snapshot",
  changes: "GET /changes",
  stream: "GET /changes/stream",
} as const;

/** Named here and not in the core, whose list has the commands of the engine as well. */
export const hostCommandNames = Object.keys(commandRoutes) as readonly HostCommandName[];

export type RouteName = keyof typeof routes;

export const routeNames = Object.keys(routes) as readonly RouteName[];

export type Fields = Readonly<Record<string, unknown>>;

/** A request as `fetch` takes it. */
export interface Wanted {
  readonly method: string;
  readonly path: string;
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: string;
}

/** What a query string names once for each value, where an input has an array. */
const repeated: Readonly<Record<string, string>> = {
  providerIds: "providerId",
  statuses: "status",
  requestStates: "requestState",
};

type Readable = Record<string, unknown> & { readonly holdTokens?: readonly string[] };

/**
 * An idempotency key, if a header can carry it.
 * @throws RangeError if it is not ASCII: what it is used for would never get through
 */
export function keyIn(text: string): string {
  // A header loses spaces at its ends.
  if (/[^ -~]|^$|^ | $/.test(text)) throw new RangeError("idempotencyKey must be ASCII.");
  return text;
}

/** The request that a call is. @throws RangeError if it cannot be sent */
export function requestOf(name: RouteName, input: Fields): Wanted {
  const [method, template] = routes[name].split(" ") as [string, string];
  const { idempotencyKey, ifVersion, holdTokens, ...rest } = input as Readable;
  const path = template.replace(/\{(\w+)\}/g, (_, field: string) => {
    delete rest[field];
    return encodeURIComponent(String(input[field]));
  });
  const isRead = method === "GET";
  const headers = {
    ...(!isRead && { "Content-Type": "application/json" }),
    ...(idempotencyKey !== undefined && { "Idempotency-Key": keyIn(String(idempotencyKey)) }),
    ...(ifVersion !== undefined && { "If-Match": `"${ifVersion}"` }),
    // Not in the URL, which is logged.
    ...(holdTokens?.length && { "Hold-Token": holdTokens.map(encodeURIComponent).join() }),
  };
  return isRead
    ? { method, path: path + queryOf(rest), headers }
    : { method, path, headers, body: JSON.stringify(rest) };
}

function queryOf(fields: Fields): string {
  const query = new URLSearchParams();
  for (const [name, value] of Object.entries(fields)) {
    if (value === undefined || value === null) continue;
    const values = [value].flat();
    // Left out, an empty list would be none, which often means everything.
    for (const one of values.length ? values : [""]) query.append(repeated[name] ?? name, textOf(one));
  }
  return query.size === 0 ? "" : `?${query}`;
}

/** An instant in whatever form, a `Date` of another frame included, as JSON has it: an RFC 3339 text. */
const textOf = (value: unknown): string =>
  String(typeof value === "object" ? JSON.parse(JSON.stringify(value)) : value);
