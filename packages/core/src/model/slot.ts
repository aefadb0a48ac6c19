import { statusWhenFreed } from "./computed-id.ts";
import { namesOf } from "./field-names.ts";
import type { Metadata } from "./values.ts";

export const slotStatuses = ["available", "held", "booked", "blocked", "withdrawn"] as const;
export type SlotStatus = (typeof slotStatuses)[number];

/** The states of slots that lists show. A withdrawn one is out of every list. */
export const listedStatuses = slotStatuses.filter((status) => status !== "withdrawn");

/** The states in which a slot keeps others off its seat. */
export const occupyingStatuses: readonly SlotStatus[] = ["available", "held", "booked"];

/** The states in which it does not: any number of such slots may overlap. */
export const asideStatuses: readonly SlotStatus[] = ["blocked", "withdrawn"];

/** The states, as they count, of slots that the database may still keep as ones that keep others off their seat. */
export const perhapsOccupyingStatuses: readonly SlotStatus[] = [...occupyingStatuses, "withdrawn"];

export const isOccupying = ({ status }: Pick<Slot, "status">): boolean => occupyingStatuses.includes(status);

/** A short claim on a slot. Only a hash of the holder's token is kept, so a slot can be shown to anybody. */
export interface Hold {
  /** SHA-256 of the token, as 64 hexadecimal digits. */
  readonly tokenHash: string;
  /** Exclusive: the hold is over at this instant. */
  readonly expiresAt: Date;
  /** Your id for who holds it. Null if `hold` was not told. */
  readonly holderId: string | null;
}

/** A bookable interval on a schedule. */
export interface Slot {
  readonly kind: "slot";
  readonly id: string;
  readonly scheduleId: string;
  readonly providerId: string;
  readonly facilityId: string;
  /** Number of the place in a group slot, 0 for an ordinary one. */
  readonly seat: number;
  readonly start: Date;
  readonly end: Date;
  readonly status: SlotStatus;
  /** Set if and only if the slot is booked. */
  readonly appointmentId: string | null;
  /** Set if and only if the slot is held. */
  readonly hold: Hold | null;
  readonly metadata: Metadata;
  readonly version: number;
  readonly createdAt: Date;
  readonly updatedAt: Date;
}

type NewSlotFields = "id" | "scheduleId" | "providerId" | "facilityId" | "seat" | "start" | "end" | "metadata";

/**
 * A free slot as it is created. Stored results hold their values in the order of the fields here. Stored rows rely on
 * this order, so a new field goes to the end.
 */
export function newSlot(given: Pick<Slot, NewSlotFields>, now: Date): Slot {
  const { id, scheduleId, providerId, facilityId, seat, start, end, metadata } = given;
  return {
    kind: "slot",
    id,
    scheduleId,
    providerId,
    facilityId,
    seat,
    start,
    end,
    status: "available",
    appointmentId: null,
    hold: null,
    metadata,
    version: 1,
    createdAt: now,
    updatedAt: now,
  };
}

const noTime = new Date(0);
const ids = { id: "", scheduleId: "", providerId: "", facilityId: "" };

export const slotFieldNames = namesOf(newSlot({ ...ids, seat: 0, start: noTime, end: noTime, metadata: {} }, noTime));

/** The slot as it counts at `now`: an expired hold does not count, whether or not anything has cleaned it up. */
export function slotAsOf(slot: Slot, now: Date): Slot {
  const expired = slot.status === "held" && slot.hold !== null && slot.hold.expiresAt <= now;
  return expired ? { ...slot, status: statusWhenFreed(slot), hold: null } : slot;
}
