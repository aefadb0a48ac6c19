import { type Agenda, agendaIdOf, subjectAppointmentOf, takenSlotOf } from "../../model/agenda.ts";
import type { Appointment } from "../../model/appointment.ts";
import type { VersionedRecord } from "../../model/record.ts";
import type { Slot } from "../../model/slot.ts";
import { type Decided, isRefusal, type Seen } from "../../rules/decision.ts";
import type { HeldByHolder, Survey } from "../../rules/sight.ts";
import { decideAllowed } from "../decide.ts";
import type { EngineSettings } from "../options.ts";
import { contextOf, type Request } from "../request.ts";
import { byStart, countingAppointments, neighboursAmong } from "./look-around.ts";

/**
 * Decides the command again, as if what others leave had been there when it looked around. Undefined if it cannot be
 * committed then. Its caller reads again, and gets the answer from that.
 */
export function decideAfter(
  settings: EngineSettings,
  request: Request,
  { seen, agendas }: { readonly seen: Seen; readonly agendas: readonly Agenda[] },
  left: readonly VersionedRecord[],
): Decided<object> | undefined {
  try {
    const context = contextOf(settings, request);
    const around = seen.around && surveyAfter(seen.around, agendas, left, context.now);
    const ofHolder = seen.ofHolder && heldAfter(seen.ofHolder, agendas, left, context.now);
    const now = { ...seenAfter(seen, left), around, ofHolder };
    const decision = decideAllowed(settings, request, now, context);
    return isRefusal(decision) || decision.put.length === 0 ? undefined : decision;
  } catch {
    // What a policy or the host's clock throws is for the caller, who meets it again.
    return undefined;
  }
}

/** The records as others leave them: also those that the command looks at and does not write. */
function seenAfter(seen: Seen, left: readonly VersionedRecord[]): Seen {
  const slots = latest<Slot>(left, "slot");
  const appointments = latest<Appointment>(left, "appointment");
  return {
    ...seen,
    slot: (id) => newer(seen.slot(id), slots.get(id)),
    appointment: (id) => newer(seen.appointment(id), appointments.get(id)),
  };
}

/** What was read may be newer than the agenda that was read with it. Of what was not asked for, nothing is shown. */
function newer<R extends VersionedRecord>(read: R | undefined, left: R | undefined): R | undefined {
  return read !== undefined && left !== undefined && left.version > read.version ? left : read;
}

/** What the holder holds once others have written this. */
function heldAfter(
  ofHolder: HeldByHolder,
  agendas: readonly Agenda[],
  left: readonly VersionedRecord[],
  now: Date,
): HeldByHolder {
  const slots = latest<Slot>(left, "slot");
  const isTheirs = ({ hold }: Slot) =>
    hold !== null &&
    hold.expiresAt > now &&
    agendas.some(({ id }) => hold.holderId !== null && id === agendaIdOf("holder", hold.holderId));
  const kept = ofHolder.slots.filter(({ id }) => !slots.has(id));
  return { ...ofHolder, slots: [...kept, ...[...slots.values()].filter(isTheirs)] };
}

/** What lies around once others have written this. */
function surveyAfter(around: Survey, agendas: readonly Agenda[], left: readonly VersionedRecord[], now: Date): Survey {
  const slots = latest<Slot>(left, "slot");
  const appointments = latest<Appointment>(left, "appointment");
  const taken = [...slots.values()].filter(({ status }) => status === "booked" || status === "held").map(takenSlotOf);
  const isTheirs = ({ subjectId }: Appointment) => agendas.some(({ id }) => id === agendaIdOf("subject", subjectId));
  const theirs = [...appointments.values()].filter(isTheirs);
  const isLeft = ({ slotId }: { readonly slotId: string }) => !slots.has(slotId);
  const isOther = (one: { readonly appointmentId: string }) => !appointments.has(one.appointmentId);
  return {
    ...around,
    neighbours: [...around.neighbours.filter(isLeft), ...neighboursAmong(taken, now)].sort(byStart),
    ofSubject: [
      ...around.ofSubject.filter(isOther),
      ...theirs.map(subjectAppointmentOf).flatMap((one) => countingAppointments(one, now)),
    ].sort(byStart),
  };
}

/** Those of a kind, each as it was left last. */
function latest<R extends VersionedRecord>(left: readonly VersionedRecord[], kind: R["kind"]): ReadonlyMap<string, R> {
  const records = new Map<string, R>();
  for (const record of left) {
    if (record.kind === kind && record.version > (records.get(record.id)?.version ?? 0)) {
      records.set(record.id, record as R);
    }
  }
  return records;
}
