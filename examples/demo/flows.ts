import type { Appointment, ErrorResponse, Slot } from "@slotwright/core";
import { isBookingError } from "@slotwright/core";
import { type Desk, must } from "./ledger.ts";
import type { Week } from "./week.ts";

/** What happens in a practice after the rush: one patient asks for a time that is not on offer, another one cancels. */

const half = 30 * 60 * 1000;
const patient = (id: string) => ({ kind: "patient", id });
const provider = ({ providerId }: Week) => ({ kind: "provider", id: providerId });

export interface Accepted {
  readonly asked: Appointment;
  readonly slot: Slot;
  readonly confirmed: Appointment;
}

/** A patient asks for half an hour after the last slot of the week. The provider makes room for it and accepts. */
export async function askAndAccept(desk: Desk, week: Week, lastEnd: Date): Promise<Accepted> {
  const { providerId, facilityId } = week;
  const [start, end] = [lastEnd, new Date(lastEnd.getTime() + half)];
  const wanted = { subjectId: "late-asker", providerId, facilityId, start, end, ifNoSlot: "schedule" } as const;
  const asked = await must(
    desk.send("book", { ...wanted, actor: patient("late-asker"), idempotencyKey: "late-asker/ask" }),
  );
  const actor = provider(week);
  const extra = { actor, providerId, facilityId, slots: [{ start, end }], reason: "One patient more" };
  const published = await must(desk.send("createSlots", { ...extra, idempotencyKey: "extra/publish" }));
  const [slot] = published.slots as readonly [Slot];
  const acceptance = { actor, appointmentId: asked.appointment.id, slotId: slot.id, idempotencyKey: "extra/accept" };
  const accepted = await must(desk.send("accept", acceptance));
  return { asked: asked.appointment, slot, confirmed: accepted.appointment };
}

export interface PassedOn {
  /** What the next caller's screen first received. */
  readonly refusal: ErrorResponse;
  readonly cancelled: Appointment;
  readonly booked: Appointment;
}

/** The next caller is refused, the winner cancels, and the same slot goes to the next caller. */
export async function cancelAndPassOn(
  desk: Desk,
  slotId: string,
  holder: Appointment,
  next: string,
): Promise<PassedOn> {
  const wanted = { actor: patient(next), subjectId: next, slotId, alternatives: 2 };
  const refused = await desk.send("book", { ...wanted, idempotencyKey: `${next}/too-early` });
  if (!("error" in refused)) throw new Error(`The slot ${slotId} was sold twice.`);
  if (!isBookingError(refused.error)) throw refused.error;
  const { id: appointmentId, subjectId } = holder;
  const reason = "Feels well again";
  const cancellation = { actor: patient(subjectId), appointmentId, reason, idempotencyKey: `${subjectId}/cancel` };
  const { appointment: cancelled } = await must(desk.send("cancel", cancellation));
  const { appointment: booked } = await must(desk.send("book", { ...wanted, idempotencyKey: `${next}/again` }));
  return { refusal: refused.error.toResponse(), cancelled, booked };
}
