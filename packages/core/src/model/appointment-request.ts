/** A time that would do: a slot, and the part of it that is wanted. */
export interface WishedTime {
  readonly slotId: string;
  readonly start: Date;
  readonly end: Date;
}

/** Another time that a provider offers. Its slot is held for the appointment until the offer ends. */
export interface Offer extends WishedTime {
  /** Exclusive: the offer is over at this instant. */
  readonly expiresAt: Date;
}

/** What was asked for, and what was offered instead. */
export interface AppointmentRequest {
  /** The times that were asked for, by slot: any one of them will do. Empty if a time without a slot was asked for. */
  readonly wishes: readonly WishedTime[];
  /** Until when the slots of the wishes were held for it. Null if they are not held, and anybody may take them. */
  readonly heldUntil: Date | null;
  /** Until when it can be accepted: exclusive. Null if it does not expire. */
  readonly expiresAt: Date | null;
  /** The offer that waits for an answer, or that nobody answered before it ended. */
  readonly offer: Offer | null;
}

export const emptyRequest: AppointmentRequest = { wishes: [], heldUntil: null, expiresAt: null, offer: null };

/** A request as JSON has it. */
type Stored<T> = T extends Date
  ? string
  : T extends string | null
    ? T
    : T extends object
      ? { readonly [Field in keyof T]: Stored<T[Field]> }
      : T;

/** The request in a document: what JSON made of it, with its times as `Date`s again. */
export function requestIn(document: unknown): AppointmentRequest | null {
  if (document === null || document === undefined) return null;
  const { wishes, heldUntil, expiresAt, offer } = document as Stored<AppointmentRequest>;
  return {
    wishes: wishes.map(wishIn),
    heldUntil: instantIn(heldUntil),
    expiresAt: instantIn(expiresAt),
    offer: offer === null ? null : { ...wishIn(offer), expiresAt: new Date(offer.expiresAt) },
  };
}

function wishIn({ slotId, start, end }: Stored<WishedTime>): WishedTime {
  return { slotId, start: new Date(start), end: new Date(end) };
}

const instantIn = (text: string | null): Date | null => (text === null ? null : new Date(text));

/** The states of an appointment that waits. */
export const requestStates = ["open", "offered", "expired"] as const;

/** What a request counts as at an instant. No job ends it: the clock does, as it ends a hold. */
export type RequestState = (typeof requestStates)[number] | "answered";

interface Requested {
  readonly status: string;
  readonly request: AppointmentRequest | null;
}

/**
 * Whether an appointment still waits at `now`: `open` for its provider, `offered` for its subject, or `expired` for nobody,
 * because its time to be accepted is over. One that was accepted, declined or cancelled is `answered`.
 */
export function requestState({ status, request }: Requested, now: Date): RequestState {
  if (status !== "scheduled") return "answered";
  if (request?.offer && request.offer.expiresAt > now) return "offered";
  return request?.expiresAt && request.expiresAt <= now ? "expired" : "open";
}
