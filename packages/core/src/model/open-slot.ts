/** A slot that can be booked, or a group slot of which at least one seat can be. */
export interface OpenSlot {
  /** The slot to book: of a group slot, the free seat with the lowest number. */
  readonly slotId: string;
  readonly providerId: string;
  readonly facilityId: string;
  readonly start: Date;
  readonly end: Date;
  /** The version of the slot `slotId`. With it as `ifVersion`, a booking is refused if the slot has changed since. */
  readonly version: number;
  /** How many seats are free: 1 for an ordinary slot. */
  readonly seats: number;
}
