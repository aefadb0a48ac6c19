import { scheduleIdOf } from "@slotwright/core/adapter";

/** What the tables of one size contain. Everything about every row follows from its number. */
export interface DataSet {
  readonly slots: number;
  readonly providers: number;
  readonly weeks: number;
  readonly appointments: number;
  /** Calls that published the slots: one for each provider and week. */
  readonly publications: number;
}

/** A provider works on five days of a week, and sees eight people on each. */
export const slotsPerWeek = 40;
export const slotsPerDay = 8;
export const slotMs = 30 * 60_000;
export const dayMs = 24 * 60 * 60_000;
export const weekMs = 7 * dayMs;
export const firstStart = Date.UTC(2027, 0, 4, 9);

/** Of ten slots, this one is booked, and nine are free. */
export const bookedDigit = 3;
export const publishedFrom = Date.UTC(2026, 0, 1);
export const publishedEveryMs = 250;
export const bookedFrom = Date.UTC(2026, 1, 1);
export const bookedEveryMs = 1000;

/** Providers and weeks grow together: 50 for 5 weeks have 10 000 slots, 5000 for 50 weeks have 10 000 000. */
export function dataSetOf(wanted: number): DataSet {
  const weeks = Math.max(5, 5 * Math.round((wanted / 10_000) ** (1 / 3)));
  const providers = Math.max(50, Math.round(wanted / slotsPerWeek / weeks));
  const slots = providers * weeks * slotsPerWeek;
  return { slots, providers, weeks, appointments: slots / 10, publications: providers * weeks };
}

export interface LoadedSchedule {
  readonly number: number;
  readonly scheduleId: string;
  readonly providerId: string;
  readonly facilityId: string;
}

export const providerIdOf = (number: number): string => `provider-${String(number).padStart(5, "0")}`;

/** Twenty providers share a facility. */
export function scheduleOf(number: number): LoadedSchedule {
  const providerId = providerIdOf(number);
  const facilityId = `facility-${Math.floor(number / 20)}`;
  return { number, scheduleId: scheduleIdOf(providerId, facilityId), providerId, facilityId };
}

/** Bookings come in a different order from slots: this converts a booking's position to its slot's, and back. */
export interface BookingOrder {
  readonly step: number;
  readonly inverse: number;
}

export function bookingOrderOf({ appointments }: DataSet): BookingOrder {
  let step = Math.floor(appointments * 0.618);
  while (greatestCommonDivisor(step, appointments) !== 1) step += 1;
  return { step, inverse: inverseOf(step, appointments) };
}

function greatestCommonDivisor(a: number, b: number): number {
  return b === 0 ? a : greatestCommonDivisor(b, a % b);
}

/** By Euclid's algorithm: `step * inverse % modulus` is 1. */
function inverseOf(step: number, modulus: number): number {
  let [previous, current] = [modulus, step];
  let [coefficient, next] = [0, 1];
  while (current > 1) {
    const quotient = Math.floor(previous / current);
    [previous, current] = [current, previous % current];
    [coefficient, next] = [next, coefficient - quotient * next];
  }
  return next < 0 ? next + modulus : next;
}

/** Spreads consecutive numbers over all bits. It is odd, so that different numbers stay different. */
export const mixer = 2_654_435_761;

export type IdKind = 0 | 1 | 2 | 3;

/** A UUIDv7 of this moment, as the library makes them. `loading.ts` makes the same in SQL. */
export function loadedId(ms: number, number: number, kind: IdKind): string {
  const mixed = BigInt(number * 4 + kind) * BigInt(mixer);
  const hex = (value: bigint, digits: number) => value.toString(16).padStart(digits, "0");
  const time = hex(BigInt(ms), 12);
  const high = hex((mixed >> 20n) & 0xfffn, 3);
  const variant = hex(0x8000n | ((mixed >> 8n) & 0x3fffn), 4);
  return `${time.slice(0, 8)}-${time.slice(8)}-7${high}-${variant}-${hex(mixed & 0xffffffffffffn, 12)}`;
}

export function slotIdOf(number: number): string {
  const publication = Math.floor(number / slotsPerWeek);
  return loadedId(publishedFrom + publication * publishedEveryMs, number, 0);
}

/** The number of a slot from its position. */
export function slotNumberOf({ providers }: DataSet, week: number, provider: number, index: number): number {
  return (week * providers + provider) * slotsPerWeek + index;
}

/** When a week begins for the providers who work in it. */
export const weekStart = (week: number): number => firstStart + week * weekMs;
