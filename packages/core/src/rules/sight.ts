import type { AppointmentStatus } from "../model/appointment.ts";
import { limits } from "../model/limits.ts";
import type { Slot } from "../model/slot.ts";
import { overlaps, type TimeRange } from "../model/time-range.ts";

/** A stretch of time around what a command takes, in whole minutes from its start back and from its end on. */
export interface SightWindow {
  readonly beforeMinutes: number;
  readonly afterMinutes: number;
}

/**
 * What a policy has to see besides the records of the command, as data: it is read together with them. Commands that
 * take a time, or ask for one, show it: `hold`, `book`, `request`, `accept`, `offer`, `acceptOffer` and `reschedule`.
 */
export interface Sight {
  /** What else is booked or held of the providers of each slot that is taken. Up to 31 days before and after it. */
  readonly provider?: SightWindow;
  /** The subject's other appointments. Up to 366 days before and after the one that is made or moved. */
  readonly subject?: SightWindow;
  /** The time zones of the schedules, to count local days. */
  readonly timeZone?: true;
  /** What else the holder of a `hold` holds now, if it names one. */
  readonly holder?: true;
}

/** A slot that is booked or held, besides those that the command itself takes, keeps or gives up. */
export interface Neighbour extends TimeRange {
  readonly slotId: string;
  readonly providerId: string;
  readonly facilityId: string;
  readonly scheduleId: string;
  /** Null if it is held. */
  readonly appointmentId: string | null;
}

export function neighbourOf(slot: Omit<Neighbour, "slotId"> & { readonly id: string }): Neighbour {
  const { id: slotId, providerId, facilityId, scheduleId, start, end, appointmentId } = slot;
  return { slotId, providerId, facilityId, scheduleId, start, end, appointmentId };
}

/**
 * Another appointment of the subject, which is neither cancelled nor declined nor missed. One that waits to be accepted
 * counts, at its own time, until it has expired and no offer waits.
 */
export interface OfSubject extends TimeRange {
  readonly appointmentId: string;
  readonly providerId: string;
  readonly facilityId: string;
  readonly status: AppointmentStatus;
}

/** The IANA zones of the schedules on which a command takes something. None if no policy sees them. */
export interface Zones {
  /** That of the first slot, or of the time that is asked for. */
  readonly timeZone: string | null;
  /** Those of all slots, by the id of the schedule. */
  readonly timeZones: Readonly<Record<string, string>>;
}

/** What was read for the policies: at least what they see, and as it counts now. */
export interface Surroundings extends Zones {
  readonly neighbours: readonly Neighbour[];
  readonly ofSubject: readonly OfSubject[];
}

/** What was read of a holder's other holds. */
export interface HeldByHolder {
  /** The slots that are held now, those of the command included if it holds them already. */
  readonly slots: readonly Slot[];
  /** Whether there are more. */
  readonly isCut: boolean;
}

/** What was read, which may not be all that is there. */
export interface Survey extends Surroundings {
  /** Whose time has more in it than can be read. No policy that looks at it can decide. */
  readonly isCut: { readonly provider: boolean; readonly subject: boolean };
}

export const noZones: Zones = { timeZone: null, timeZones: {} };

/** Of one slot, or of one time. */
export const zonesOfOne = (scheduleId: string, timeZone: string): Zones => ({
  timeZone,
  timeZones: { [scheduleId]: timeZone },
});

export const zonesSeenIn = ({ timeZone, timeZones }: Zones): Zones => ({ timeZone, timeZones });

export const nothingAround: Surroundings = { neighbours: [], ofSubject: [], ...noZones };

/** The commands that take a time, for which policies see something. */
export const takingCommands: ReadonlySet<string> = new Set([
  "hold",
  "book",
  "request",
  "accept",
  "offer",
  "acceptOffer",
  "reschedule",
]);

/** The most that a policy may see, in minutes to each side. */
export const mostMinutes = { provider: limits.seenOfProvider, subject: limits.seenOfSubject } as const;

/** What all of them see together. */
export function unionOf(sights: readonly (Sight | undefined)[]): Sight {
  const windows = (of: "provider" | "subject") => sights.flatMap((sight) => sight?.[of] ?? []);
  const [provider, subject] = [widest(windows("provider")), widest(windows("subject"))];
  return {
    ...(provider && { provider }),
    ...(subject && { subject }),
    ...(sights.some((sight) => sight?.timeZone) && { timeZone: true as const }),
  };
}

function widest(windows: readonly SightWindow[]): SightWindow | undefined {
  if (windows.length === 0) return undefined;
  return {
    beforeMinutes: Math.max(...windows.map(({ beforeMinutes }) => beforeMinutes)),
    afterMinutes: Math.max(...windows.map(({ afterMinutes }) => afterMinutes)),
  };
}

/** Whether there is anything to be read for it. */
export const isBlind = ({ provider, subject, timeZone }: Sight): boolean =>
  provider === undefined && subject === undefined && timeZone === undefined;

/** The range with the window around it. */
export function withWindow({ start, end }: TimeRange, { beforeMinutes, afterMinutes }: SightWindow): TimeRange {
  return {
    start: new Date(start.getTime() - beforeMinutes * 60_000),
    end: new Date(end.getTime() + afterMinutes * 60_000),
  };
}

/** What one policy sees of what was read for all: no more than it asked for, whatever others ask for. */
export function seenThrough(
  { provider, subject, timeZone }: Sight,
  { slots, times }: { readonly slots: readonly Taken[]; readonly times: readonly TimeRange[] },
  around: Surroundings,
): Surroundings {
  const zones = timeZone === undefined ? noZones : zonesSeenIn(around);
  const near = provider === undefined ? [] : slots.map((slot) => ({ slot, window: withWindow(slot, provider) }));
  const close = subject === undefined ? [] : times.map((time) => withWindow(time, subject));
  const isNear = (one: Neighbour) =>
    near.some(({ slot, window }) => slot.providerId === one.providerId && overlaps(window, one));
  return {
    neighbours: around.neighbours.filter(isNear),
    ofSubject: around.ofSubject.filter((one) => close.some((window) => overlaps(window, one))),
    ...zones,
  };
}

/** A place in time that a command takes of a provider. */
export interface Taken extends TimeRange {
  readonly providerId: string;
}
