import type { AppointmentRequest, Slot } from "@slotwright/core";
import { availabilityIdOf, scheduleIdIn } from "@slotwright/core/checking";
import { type HistoryCall, type House, isSearch, type JudgedHistory, stretchedNames } from "./history.ts";
import { isObject, recordsIn, type ShownRecord } from "./shown-records.ts";

/**
 * The histories of independent records: each slot with its appointments, and all slots of a schedule if some call
 * looked at the schedule as a whole. What policies look at together belongs together: all of a provider, of a subject or
 * of a holder. The whole history is linearizable if and only if every part is (Herlihy and Wing,
 * "Linearizability: A Correctness Condition for Concurrent Objects", 1990). Searching parts is far faster.
 */
export function partition(history: JudgedHistory): readonly JudgedHistory[] {
  const groups = createGroups();
  const slots = slotsIn(history);
  const circumstances = { ...history, hasHours: history.calls.some(({ name }) => name === "setAvailability") };
  const wholes = new Set(history.calls.flatMap((call) => wholesOf(call, circumstances, slots)));
  for (const slot of slots.values())
    groups.join([`slot:${slot.id}`, ...placesOf(slot).filter((one) => wholes.has(one))]);
  for (const names of seenTogether(history)) groups.join(names);
  for (const record of history.initial) groups.join(namesIn(record));
  for (const call of history.calls) groups.join(namesOfCall(call, circumstances, slots));
  const parts = new Map<string, { initial: unknown[]; calls: HistoryCall[] }>();
  const partOf = (names: readonly string[]) => {
    const group = groups.of(names[0] ?? "");
    const part = parts.get(group) ?? { initial: [], calls: [] };
    parts.set(group, part);
    return part;
  };
  for (const record of history.initial) partOf(namesIn(record)).initial.push(record);
  for (const call of history.calls) partOf(namesOfCall(call, circumstances, slots)).calls.push(call);
  return [...parts.values()].filter(({ calls }) => calls.length > 0).map((part) => ({ ...history, ...part }));
}

/** Whether bookings by time may have to look at hours. */
interface Circumstances extends JudgedHistory {
  readonly hasHours: boolean;
}

type Slots = ReadonlyMap<string, Pick<Slot, "id" | "scheduleId" | "providerId" | "facilityId">>;

/** Every slot that the history shows, to find out where it belongs. */
function slotsIn(history: JudgedHistory): Slots {
  const slots = shownIn(history).filter(({ kind }) => kind === "slot") as unknown as Slot[];
  return new Map(slots.map((slot) => [slot.id, slot]));
}

function shownIn({ initial, calls }: JudgedHistory): readonly ShownRecord[] {
  return [initial, ...calls.map(({ outcome }) => ("result" in outcome ? outcome.result : null))].flatMap(recordsIn);
}

/** Records and calls, each with those whose time policies look at. */
function seenTogether(history: JudgedHistory): readonly (readonly string[])[] {
  const { house, calls } = history;
  if (house === undefined) return [];
  const ofRecords = shownIn(history).map((record) => {
    const { hold } = record as { readonly hold?: Slot["hold"] };
    return [`${record.kind}:${record.id}`, ...ownersIn({ ...record, holderId: hold?.holderId }, house)];
  });
  const ofCalls = calls.map((call) => [commandName(call), ...ownersIn(call.input, house), ...searchedIn(call, house)]);
  return [...ofRecords, ...ofCalls];
}

/** Of whom something was asked for, or is taken, as far as policies look at them. */
function ownersIn(shown: Readonly<Record<string, unknown>>, { sees }: House): readonly string[] {
  const owners = { provider: shown.providerId, subject: shown.subjectId, holder: shown.holderId } as const;
  const seen = Object.entries(owners).filter(([of, id]) => sees[of as keyof typeof owners] && isName(id));
  return seen.map(([of, id]) => `${of} ${id}`);
}

/** The providers whose time is looked at for a subject. */
function searchedIn({ input }: HistoryCall, { sees }: House): readonly string[] {
  const { providerIds = [], subjectId } = input as {
    readonly providerIds?: readonly string[];
    readonly subjectId?: string;
  };
  return sees.provider && subjectId !== undefined ? providerIds.map((id) => `provider ${id}`) : [];
}

const commandName = ({ id, input }: HistoryCall) => `command:${input.idempotencyKey ?? id}`;

const placeName = (providerId: unknown, facilityId: unknown) => `place:${JSON.stringify([providerId, facilityId])}`;

/** The groups that a slot is a part of. */
function placesOf({ scheduleId, providerId, facilityId }: Pick<Slot, "scheduleId" | "providerId" | "facilityId">) {
  return [`schedule:${scheduleId}`, placeName(providerId, facilityId)];
}

/** The schedules, or providers at facilities, all of whose slots a call reads. */
function wholesOf({ name, input, outcome }: HistoryCall, history: Circumstances, slots: Slots): readonly string[] {
  const { slotId } = input;
  const isByTime = timedCalls.has(name) && slotId === undefined;
  const { providerId, facilityId } = name === "reschedule" ? placeTold(outcome) : input;
  const place = { providerId: String(providerId), facilityId: String(facilityId) };
  const schedule = () => `schedule:${scheduleIdIn(place, history)}`;
  if (isSearch({ name })) return [...slots.values()].flatMap((slot) => (isSearched(input, slot) ? placesOf(slot) : []));
  if (scheduleCalls.has(name)) return [schedule()];
  // A computed opening depends on all that is stored in its way.
  if (isByTime && history.hasHours) return [placeName(providerId, facilityId), schedule()];
  if (outcome.status === "refused" && outcome.code === "no_slot_available") return namesInDetails(outcome.details);
  if (callsInTime.has(name)) return [`schedule:${slots.get(String(slotId))?.scheduleId}`];
  return isByTime ? [placeName(providerId, facilityId)] : [];
}

/** Whether a search may find the slot, or something that it is in the way of. */
function isSearched(input: HistoryCall["input"], { providerId, facilityId }: Pick<Slot, "providerId" | "facilityId">) {
  const { providerIds, minutes } = input as { readonly providerIds?: readonly string[]; readonly minutes?: number };
  if (providerIds !== undefined) return providerIds.includes(providerId);
  return minutes !== undefined || input.facilityId === undefined || input.facilityId === facilityId;
}

/** What is moved stays at its place, which only the answer names. */
function placeTold(outcome: HistoryCall["outcome"]): Readonly<Record<string, unknown>> {
  if (outcome.status === "refused") return outcome.details as Readonly<Record<string, unknown>>;
  const { appointment } = ("result" in outcome ? outcome.result : {}) as { readonly appointment?: object };
  return { ...appointment };
}

/** They name a slot, or else a time. */
const timedCalls: ReadonlySet<HistoryCall["name"]> = new Set(["hold", "book", "reschedule"]);

/** They name a slot, and may write its schedule. */
const callsInTime: ReadonlySet<HistoryCall["name"]> = new Set(["block", "unblock", "breakHold"]);

/** They name a provider and a facility, and look at the schedule. */
const scheduleCalls: ReadonlySet<HistoryCall["name"]> = new Set([
  "createSlots",
  "setAvailability",
  "getAvailability",
  ...stretchedNames,
]);

/** What a call is about. The first name is never missing. */
function namesOfCall(call: HistoryCall, history: Circumstances, slots: Slots): readonly string[] {
  const { slotId, alsoSlotIds, orSlotIds, slots: created, appointmentId } = call.input;
  const { outcome } = call;
  const told = outcome.status === "refused" ? outcome.details : "result" in outcome ? outcome.result : null;
  const named = [
    ...[slotId, alsoSlotIds ?? [], orSlotIds ?? [], ownIdsOf(created)].flat().map((id) => id && `slot:${id}`),
    appointmentId && `appointment:${appointmentId}`,
    ...hoursSearched(call, history),
    ...(call.commits ?? []).flatMap(({ wrote }) => wrote.map(({ kind, id }) => `${kind}:${id}`)),
    ...recordsIn(told).flatMap(namesIn),
    ...namesInDetails(told),
  ];
  return [commandName(call), ...wholesOf(call, history, slots), ...named.filter(isName)];
}

/** The hours that a search for times reads, and the schedules whose hours they are. */
function hoursSearched({ name, input }: HistoryCall, { overlapScope }: Circumstances): readonly string[] {
  if (name !== "findTimes") return [];
  const { providerIds, facilityId } = input as { readonly providerIds: readonly string[]; readonly facilityId: string };
  return providerIds.flatMap((providerId) => [
    `availability:${availabilityIdOf(providerId, facilityId)}`,
    `schedule:${scheduleIdIn({ providerId, facilityId }, { overlapScope })}`,
  ]);
}

/** The ids that a call chooses for the slots that it creates. */
function ownIdsOf(created: unknown): readonly unknown[] {
  return ((created ?? []) as readonly { readonly slotId?: string }[]).map(({ slotId }) => slotId);
}

function isName(name: unknown): name is string {
  return typeof name === "string" && name !== "";
}

function namesInDetails(told: unknown): readonly string[] {
  if (!isObject(told) || "kind" in told) return [];
  const { slotId, conflictingSlotId, providerId, facilityId } = told;
  const slots = [slotId, conflictingSlotId].filter(isName).map((id) => `slot:${id}`);
  return isName(providerId) && isName(facilityId) ? [...slots, placeName(providerId, facilityId)] : slots;
}

function namesIn(record: unknown): readonly string[] {
  if (!isObject(record) || !isName(record.id)) return [];
  const { kind, id, appointmentId, slotIds = [] } = record;
  const linked = isName(appointmentId) ? [`appointment:${appointmentId}`] : [];
  const asked = kind === "appointment" ? slotsAskedFor(record.request as AppointmentRequest | null | undefined) : [];
  return [`${kind}:${id}`, ...linked, ...[...(slotIds as readonly string[]), ...asked].map((slot) => `slot:${slot}`)];
}

/** The slots that a request may be accepted into, and the one that is offered. What a refusal names has only an id. */
function slotsAskedFor(request: AppointmentRequest | null | undefined): readonly string[] {
  if (!request) return [];
  return [...request.wishes, ...(request.offer === null ? [] : [request.offer])].map(({ slotId }) => slotId);
}

/** Names that belong together, directly or through others. */
function createGroups() {
  const parents = new Map<string, string>();
  // A loop that halves the path as it goes: recursion would end at some ten thousand calls.
  const of = (name: string): string => {
    let at = name;
    for (let parent = parents.get(at); parent !== undefined; parent = parents.get(at)) {
      const next = parents.get(parent) ?? parent;
      parents.set(at, next);
      at = next;
    }
    return at;
  };
  const join = ([first, ...others]: readonly string[]) => {
    for (const other of others) {
      const [root, into] = [of(other), of(first as string)];
      if (root !== into) parents.set(root, into);
    }
  };
  return { of, join };
}
