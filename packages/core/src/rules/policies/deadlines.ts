import { ownsSlots } from "../../model/appointment.ts";
import type { Policy, Proposal } from "../policy.ts";
import { alwaysByTimes, decidingByTimes } from "./by-times.ts";
import { audienceIn, checkedMinutes, inWords, type MinutesOptions, minuteMs } from "./options.ts";
import { msUntil } from "./times.ts";

/**
 * A confirmed appointment is cancelled at least so many minutes before it begins. A request that no provider has
 * accepted can be cancelled at any time.
 *
 * @throws BookingError `invalid_input`
 * @example
 * ```ts
 * const policies = [cancelDeadline({ minutes: 24 * 60, audience: ["self_service"] })];
 * ```
 */
export function cancelDeadline(options: MinutesOptions): Policy {
  return deadline("cancel_deadline", "cancel", "cancelled", options);
}

/**
 * An appointment is moved at least so many minutes before it begins, by the time that it has before it is moved.
 *
 * @throws BookingError `invalid_input`
 * @example
 * ```ts
 * const policies = [rescheduleDeadline({ minutes: 24 * 60, audience: ["self_service"] })];
 * ```
 */
export function rescheduleDeadline(options: MinutesOptions): Policy {
  return deadline("reschedule_deadline", "reschedule", "moved", options);
}

function deadline(name: string, command: Proposal["command"], done: string, options: MinutesOptions): Policy {
  const audience = audienceIn(options, "minutes");
  const minutes = checkedMinutes(options);
  const policy: Policy = {
    name,
    ...audience,
    check(proposal) {
      if (proposal.command !== command) return undefined;
      const late = proposal.before.appointments.find(
        (appointment) => ownsSlots(appointment) && msUntil(appointment.start, proposal.now) < minutes * minuteMs,
      );
      if (late === undefined) return undefined;
      const problem = `It is too late for that. This appointment could be ${done} until ${inWords(minutes)} before it begins.`;
      const until = new Date(late.start.getTime() - minutes * minuteMs).toISOString();
      return { problem, values: { minutes, until }, helps: ["more_rights"] };
    },
  };
  return decidingByTimes(policy, alwaysByTimes);
}

/**
 * A request is accepted at most so many minutes after it was made.
 *
 * @throws BookingError `invalid_input`
 * @example
 * ```ts
 * const policies = [maximumRequestAge({ minutes: 3 * 24 * 60 })];
 * ```
 */
export function maximumRequestAge(options: MinutesOptions): Policy {
  const audience = audienceIn(options, "minutes");
  const minutes = checkedMinutes(options);
  const policy: Policy = {
    name: "maximum_request_age",
    ...audience,
    check({ command, now, before }) {
      const [request] = before.appointments;
      if (command !== "accept" || request === undefined) return undefined;
      if (msUntil(now, request.createdAt) <= minutes * minuteMs) return undefined;
      const problem = `This request is too old. It could be accepted within ${inWords(minutes)} after it was made.`;
      return { problem, values: { minutes, requestedAt: request.createdAt.toISOString() }, helps: ["more_rights"] };
    },
  };
  return decidingByTimes(policy, alwaysByTimes);
}
