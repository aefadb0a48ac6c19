import { fieldNamesOf } from "./field-names.ts";
import type { Metadata } from "./values.ts";

export const slotStatuses = ["available", "held", "booked", "blocked"] as const;
export type SlotStatus = (typeof slotStatuses)[number];

/** A claim on a slot for a short while. Only a hash of the holder's token is kept, so a slot can be shown to anybody. */
export interface Hold {
  /** SHA-256 of the token, as 64 hexadecimal digits. */
  readonly tokenHash: string;
  /** Exclusive: at this instant the hold is over. */
  readonly expiresAt: Date;
}

/** A bookable interval on a schedule. */
export interface Slot {
  readonly kind: "slot";
  readonly id: string;
  readonly scheduleId: string;
  readonly providerId: string;
  readonly facilityId: string;
  /** Lane number of a group slot, 0 for an ordinary one. */
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

export const slotFieldNames = fieldNamesOf<Slot>({
  id: true,
  scheduleId: true,
  providerId: true,
  facilityId: true,
  seat: true,
  start: true,
  end: true,
  status: true,
  appointmentId: true,
  hold: true,
  metadata: true,
  version: true,
  createdAt: true,
  updatedAt: true,
});

/** The slot as it counts at `now`: a hold that has expired is no hold, with or without anybody cleaning up. */
export function slotAsOf(slot: Slot, now: Date): Slot {
  const expired = slot.status === "held" && slot.hold !== null && slot.hold.expiresAt <= now;
  return expired ? { ...slot, status: "available", hold: null } : slot;
}
