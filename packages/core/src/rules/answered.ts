import { type Refusal, refuse } from "../errors/index.ts";
import type { Appointment } from "../model/appointment.ts";
import type { Offer } from "../model/appointment-request.ts";
import type { Context } from "./decision.ts";

/** Refuses to answer a request whose time to be accepted is over. */
export function refuseExpiredRequest({ id, request }: Appointment, { now }: Context): Refusal | undefined {
  const expiredAt = request?.expiresAt ?? null;
  return expiredAt !== null && expiredAt <= now
    ? refuse("request_expired", { appointmentId: id, expiredAt })
    : undefined;
}

/** The offer that waits for an answer, or why there is none. */
export function openOffer({ id, request }: Appointment, { now }: Context): Offer | Refusal {
  const offer = request?.offer ?? null;
  if (offer === null) return refuse("offer_not_found", { appointmentId: id });
  const { expiresAt } = offer;
  return expiresAt <= now ? refuse("offer_expired", { appointmentId: id, expiredAt: expiresAt }) : offer;
}

/** The request once it was answered: it keeps what was asked for, and no offer waits any more. */
export function withoutOffer({ request }: Appointment): Pick<Partial<Appointment>, "request"> {
  return request === null || request.offer === null ? {} : { request: { ...request, offer: null } };
}
