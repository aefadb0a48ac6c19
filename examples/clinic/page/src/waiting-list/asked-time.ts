import type { Calls, ShownAppointment } from "@slotwright/client";
import { useClient } from "@slotwright/client/react";
import { endsMs, unlessForGood, useAsked } from "../patient/find/use-asked.ts";

type Asked = Pick<ShownAppointment, "id" | "request">;

/**
 * Whether an appointment that waits can be accepted at the time that it asked for, without a slot that is named: the hours
 * offer that time, and its slot is made then. A rule that is in the way does not count: the staff may pass it.
 */
export async function canAcceptAtTime(calls: Pick<Calls, "preview">, { id, request }: Asked): Promise<boolean> {
  // Slots were asked for, and no time.
  if ((request?.wishes ?? []).length > 0) return false;
  const preview = await calls.preview("accept", { appointmentId: id });
  return preview.possible || preview.reasons.every(({ scenario }) => scenario === "policy_violation");
}

/** The same, as it is now. Undefined if it is not known yet. */
export function useCanAcceptAtTime({ id, request }: Asked): boolean | undefined {
  const { calls } = useClient();
  return useAsked(id, () => canAcceptAtTime(calls, { id, request }).catch(unlessForGood(false)), endsMs);
}
