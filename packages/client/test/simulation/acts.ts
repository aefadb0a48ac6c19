import type { Appointment, Engine } from "@slotwright/core";
import type { HostCommandName } from "@slotwright/core/client";
import { startOfTime } from "./virtual-time.ts";

/**
 * What can be done, as often as it should come up. `book…Time` books a time, and the server finds the slot. `requestHeld`
 * holds its slot, and `requestOneOf` two of them, and ends by itself.
 */
export const acts = [
  "book",
  "book",
  "bookTime",
  "bookOrAskForTime",
  "bookOrAskForTime",
  "accept",
  "acceptInto",
  "cancel",
  "cancel",
  "hold",
  "extend",
  "release",
  "block",
  "unblock",
  "reschedule",
  "checkIn",
  "complete",
  "markNoShow",
  "createSlots",
  "request",
  "request",
  "requestHeld",
  "requestHeld",
  "requestOneOf",
  "requestTime",
  "decline",
  "offer",
  "offer",
  "acceptOffer",
  "declineOffer",
  "breakHold",
  "breakHoldAndBlock",
  "setAvailability",
] as const;

/** Publishing is no command of a page, so only others do it. It comes up as often as the hours that it follows. */
export const actsOfOthers = [...acts, "setAvailability", "publishSlots", "publishSlots", "publishSlots"] as const;

/** One act, and what it is about: places in the lists of slots and appointments. */
export interface Act {
  readonly act: (typeof actsOfOthers)[number];
  readonly slot: number;
  readonly appointment: number;
}

/** What an act is done on. */
export interface Ground {
  readonly slotIds: readonly string[];
  /** The last token that a hold was answered with. Empty if there was none. */
  readonly holdToken: string;
  /** How many commands were given. */
  readonly given: number;
  readonly time: { readonly now: () => number };
}

type Known = readonly Pick<Appointment, "id" | "request">[];
type CommandName = (HostCommandName | "publishSlots") & keyof Engine;

/** A command as a client and an engine take it, without the actor. */
export interface Acting {
  readonly name: CommandName;
  readonly input: object;
}

const hourMs = 3_600_000;
const schedule = { providerId: "p", facilityId: "f" };

/** How many slots there are at first. */
export const slotCount = 3;

export const timesOf = (index: number) => ({
  start: new Date(startOfTime + (index + 1) * hourMs),
  end: new Date(startOfTime + (index + 2) * hourMs),
});

/** Undefined if there is nothing to do it with. */
export function actingOf(act: Act, ground: Ground, appointments: Known): Acting | undefined {
  return (
    onHours(act, ground) ??
    onSchedule(act, ground) ??
    asRequest(act, ground) ??
    onSlot(act, ground) ??
    onAppointment(act, ground, appointments)
  );
}

const days = ["monday", "tuesday", "wednesday", "thursday", "friday", "saturday", "sunday"] as const;
/** One after the other, an hour of a day: what is published by one is withdrawn by another, or in its way. */
const hoursOfDay = [["12:00"], ["12:00", "13:00"], ["12:30"], []] as const;

function onHours({ act, slot, appointment }: Act, { time }: Ground): Acting | undefined {
  if (act === "publishSlots") {
    return { name: act, input: { ...schedule, until: new Date(time.now() + 36 * hourMs) } };
  }
  if (act !== "setAvailability") return undefined;
  const weekly = hoursOfDay[(slot + appointment) % hoursOfDay.length]?.map((from) => {
    return { days, from, to: `${Number(from.slice(0, 2)) + 1}${from.slice(2)}` };
  });
  return { name: act, input: { ...schedule, hours: { offer: { minutes: 60 }, weekly } } };
}

function asRequest({ act, slot }: Act, { slotIds, time }: Ground): Acting | undefined {
  const [slotId = "", other = ""] = [slotIds[slot % slotIds.length], slotIds[(slot + 1) % slotIds.length]];
  const by = { subjectId: "ada" };
  if (act === "requestTime") return { name: "request", input: { ...by, ...schedule, ...timesOf(slot % slotCount) } };
  if (act === "request") return { name: act, input: { ...by, slotId } };
  if (act === "requestHeld") return { name: "request", input: { ...by, slotId, holdSeconds: 30 } };
  if (act !== "requestOneOf") return undefined;
  const expiresAt = new Date(time.now() + 20_000);
  return { name: "request", input: { ...by, slotId, orSlotIds: [other], holdSeconds: 30, expiresAt } };
}

function onSchedule({ act, slot }: Act, { given }: Ground): Acting | undefined {
  if (act === "createSlots") {
    return { name: "createSlots", input: { ...schedule, slots: [timesOf(slotCount + given + slot * 20)] } };
  }
  if (act !== "bookTime" && act !== "bookOrAskForTime") return undefined;
  const ifNoSlot = act === "bookTime" ? "refuse" : "schedule";
  return { name: "book", input: { ...schedule, ...timesOf(slot % slotCount), subjectId: "ada", ifNoSlot } };
}

function onSlot({ act, slot }: Act, { slotIds, holdToken }: Ground): Acting | undefined {
  const slotId = slotIds[slot % slotIds.length] ?? "";
  if (act === "book") {
    const token = holdToken !== "" && slot % 2 === 0 && { holdToken };
    return { name: "book", input: { slotId, subjectId: "ada", ...token } };
  }
  if (act === "hold") return { name: act, input: { slotId, seconds: 30 } };
  if (act === "block" || act === "unblock" || act === "breakHold") return { name: act, input: { slotId } };
  if (act === "breakHoldAndBlock") return { name: "breakHold", input: { slotId, block: true } };
  if (holdToken === "") return undefined;
  if (act === "extend") return { name: act, input: { slotId, holdToken, seconds: 90 } };
  return act === "release" ? { name: act, input: { slotId, holdToken } } : undefined;
}

function onAppointment({ act, slot, appointment }: Act, { slotIds }: Ground, known: Known): Acting | undefined {
  const offered = known.filter(({ request }) => request?.offer);
  const isAnswer = (act === "acceptOffer" || act === "declineOffer") && offered.length > 0;
  const among = isAnswer ? offered : known;
  const appointmentId = among[appointment % Math.max(among.length, 1)]?.id;
  if (appointmentId === undefined) return undefined;
  const slotId = slotIds[slot % slotIds.length] ?? "";
  if (act === "acceptInto") return { name: "accept", input: { appointmentId, slotId } };
  // Shorter than a request holds, and longer if it is made late.
  if (act === "offer") return { name: act, input: { appointmentId, slotId, seconds: 20 } };
  if (act === "decline") return { name: act, input: { appointmentId, reason: "no" } };
  if (act === "reschedule") return { name: act, input: { appointmentId, slotId } };
  return { name: act as CommandName, input: { appointmentId } };
}
