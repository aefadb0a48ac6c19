import type { Actor, Engine } from "@slotwright/core";
import type { Temporal } from "temporal-polyfill";
import { type PlannedSlot, slotsOn, zoneOf } from "./days.ts";
import { drawn, oneOf } from "./draw.ts";
import { type Schedule, schedules } from "./hours.ts";
import { type Visit, visitsOn } from "./visits.ts";

/** One command of the past weeks. */
export interface Step {
  readonly at: Temporal.Instant;
  /** Of steps at the same time, those with a lower one come first. */
  readonly order: number;
  /** Whether it is left out until its time has come. What is planned earlier than that has happened by now anyway. */
  readonly isAwaited: boolean;
  readonly run: (engine: Engine<never>, known: Known) => Promise<unknown> | undefined;
}

/** The ids that earlier steps were answered with, by the keys of the plan. What was refused has none. */
export type Known = Map<string, string>;

/** All that happens with the slots of a week. It rests on the week alone. */
export function stepsOf(monday: Temporal.PlainDate): readonly Step[] {
  const dates = Array.from({ length: 7 }, (_, days) => monday.add({ days }));
  const published = dates.flatMap((date) => schedules.flatMap((schedule) => publication(schedule, date, monday)));
  return [...published, ...dates.flatMap(visitsOn).flatMap((visit) => visitSteps(visit, monday))];
}

function publication(schedule: Schedule, date: Temporal.PlainDate, monday: Temporal.PlainDate): readonly Step[] {
  const slots = slotsOn(schedule, date);
  if (slots.length === 0) return [];
  const { providerId, facilityId } = schedule;
  const actor = { kind: "provider", id: providerId };
  const key = `${providerId}/${facilityId}/${date}`;
  const at = officeHour(monday, -21, 1, "published");
  const publish = async (engine: Engine<never>, known: Known) => {
    const published = await engine.createSlots({
      actor,
      providerId,
      facilityId,
      timeZone: zoneOf(facilityId),
      slots: slots.map(({ start, end, seats, service }) => ({ start, end, capacity: seats, metadata: { service } })),
      idempotencyKey: `${key}/publish`,
    });
    const keys = slots.flatMap((slot) => Array.from({ length: slot.seats }, (_, seat) => `${slot.key}/${seat}`));
    for (const [index, { id }] of published.slots.entries()) known.set(keys[index] ?? "", id);
  };
  return [{ at, order: 0, isAwaited: false, run: publish }, ...slots.flatMap((slot) => blockings(slot, actor, at))];
}

function blockings({ key, seats, blocked }: PlannedSlot, actor: Actor, at: Temporal.Instant): readonly Step[] {
  if (blocked === undefined) return [];
  return Array.from({ length: seats }, (_, seat) => ({
    at,
    order: 1,
    isAwaited: false,
    run: (engine, known) => {
      const slotId = known.get(`${key}/${seat}`);
      return slotId === undefined
        ? undefined
        : engine.block({ actor, slotId, reason: blocked, idempotencyKey: `${key}/${seat}/block` });
    },
  }));
}

function visitSteps(visit: Visit, monday: Temporal.PlainDate): readonly Step[] {
  const booking = { at: officeHour(monday, -20, 7, visit.key), order: 2, isAwaited: false, run: booked(visit) };
  return [booking, ...requestSteps(visit, monday), ...ends[visit.fate](visit, monday)];
}

const booked =
  ({ key, patientId: subjectId, note }: Visit): Step["run"] =>
  (engine, known) => {
    const slotId = known.get(key);
    if (slotId === undefined) return undefined;
    const want = {
      slotId,
      subjectId,
      metadata: { purpose: note },
      actor: patient(subjectId),
      idempotencyKey: `${key}/book`,
    };
    return engine.book(want).then(({ appointment }) => known.set(appointmentOf(key), appointment.id));
  };

/** Somebody asks for a time that is taken, and waits until it is too late. */
function requestSteps({ key, slot, schedule, waits, note }: Visit, monday: Temporal.PlainDate): readonly Step[] {
  if (waits === undefined) return [];
  const { providerId, facilityId } = schedule;
  const { start, end } = slot;
  const requestKey = `${key}/request`;
  const ask: Step["run"] = async (engine, known) => {
    const wanted = { providerId, facilityId, start, end, subjectId: waits, metadata: { purpose: note } };
    const own = { actor: patient(waits), idempotencyKey: requestKey };
    const { appointment } = await engine.book({ ...wanted, ...own, ifNoSlot: "schedule" });
    known.set(appointmentOf(requestKey), appointment.id);
  };
  const giveUp = { at: start.subtract({ minutes: 30 }), order: 5, isAwaited: true };
  const reason = "The time did not become free";
  const actor = { kind: "provider", id: providerId };
  return [
    { at: officeHour(monday, -13, 2, requestKey), order: 3, isAwaited: false, run: ask },
    { ...giveUp, run: onAppointment(requestKey, "cancel", { actor, reason, ifVersion: 1 }) },
  ];
}

const excuses = ["Feels well again", "Has to work", "Found an earlier time elsewhere", "Is travelling"];

/** Each step names the version that it expects, so what visitors of the page have changed stays as they left it. */
const ends: Readonly<Record<Visit["fate"], (visit: Visit, monday: Temporal.PlainDate) => readonly Step[]>> = {
  came({ key, slot, schedule }) {
    const actor = { kind: "provider", id: schedule.providerId };
    const arrival = slot.start.subtract({ minutes: 4 });
    return [
      { at: arrival, order: 5, isAwaited: true, run: onAppointment(key, "checkIn", { actor, ifVersion: 1 }) },
      { at: noted(slot.end), order: 6, isAwaited: true, run: onAppointment(key, "complete", { actor, ifVersion: 2 }) },
    ];
  },
  missed({ key, slot, schedule }) {
    const actor = { kind: "provider", id: schedule.providerId };
    const run = onAppointment(key, "markNoShow", { actor, reason: "Did not come", ifVersion: 1 });
    return [{ at: noted(slot.end), order: 6, isAwaited: true, run }];
  },
  "called off"({ key, patientId }, monday) {
    const reason = oneOf(excuses, `excuse/${key}`);
    const run = onAppointment(key, "cancel", { actor: patient(patientId), reason, ifVersion: 1 });
    return [{ at: officeHour(monday, -10, 6, `off/${key}`), order: 4, isAwaited: false, run }];
  },
};

type Ending = "checkIn" | "complete" | "markNoShow" | "cancel";

function onAppointment(
  key: string,
  command: Ending,
  input: { readonly actor: Actor; readonly reason?: string; readonly ifVersion: number },
): Step["run"] {
  return (engine, known) => {
    const appointmentId = known.get(appointmentOf(key));
    if (appointmentId === undefined) return undefined;
    return engine[command]({ ...input, appointmentId, idempotencyKey: `${key}/${command}` });
  };
}

const appointmentOf = (key: string): string => `appointment/${key}`;

const patient = (id: string): Actor => ({ kind: "patient", id });

/** When the telephone is answered. Whatever is said then has one time, so there are fewer commits. */
const officeHours = ["08:43", "11:20", "15:37"];

/** One of these times, on one of so many days from the Monday on. */
function officeHour(monday: Temporal.PlainDate, first: number, days: number, name: string): Temporal.Instant {
  const day = monday.add({ days: first + Math.floor(drawn(`day/${name}`) * days) });
  return day.toZonedDateTime({ timeZone: "UTC", plainTime: oneOf(officeHours, `hour/${name}`) }).toInstant();
}

/** Notes are written once an hour. */
const noted = (instant: Temporal.Instant) => instant.round({ smallestUnit: "hour", roundingMode: "ceil" });
