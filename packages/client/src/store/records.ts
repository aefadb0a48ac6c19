import { statusWhenFreed } from "@slotwright/core/client";
import type { ShownAppointment, ShownSlot } from "../calls/calls.ts";

/** What the store holds. */
export type ClientRecord = ShownSlot | ShownAppointment;

/** A record's kind and id, as one text. */
export type Key = `slot:${string}` | `appointment:${string}`;

export const keyOf = ({ kind, id }: Pick<ClientRecord, "kind" | "id">): Key => `${kind}:${id}`;
export const slotKey = (id: string): Key => `slot:${id}`;
export const appointmentKey = (id: string): Key => `appointment:${id}`;

/** Looks up records as they are shown so far. */
export interface Seen {
  readonly slot: (id: string) => ShownSlot | undefined;
  readonly appointment: (id: string) => ShownAppointment | undefined;
}

/** The slot as it counts at `now`: a hold ends by the clock, without news. */
export function asOf<R extends ClientRecord>(record: R, now: number): R {
  return expiryOf(record) <= now ? { ...record, status: statusWhenFreed(record), hold: null } : record;
}

/** When the hold of a slot ends. Never, if there is none, or it is not known. */
export function expiryOf(record: ClientRecord): number {
  const hold = record.kind === "slot" && record.status === "held" ? record.hold : null;
  return hold?.expiresAt.getTime() ?? Number.POSITIVE_INFINITY;
}
