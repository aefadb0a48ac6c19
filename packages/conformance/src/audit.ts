import {
  type Appointment,
  type JournalEntry,
  owningStatuses,
  type RecordKey,
  type Slot,
  type StorageAdapter,
} from "@slotwright/core";
import type { Position, TimeRange } from "@slotwright/core/adapter";
import { availabilityIdOf, canonicalJson } from "@slotwright/core/checking";
import { journalOf } from "./journal-of.ts";

const pageSize = 500;

/** What to read, if not everything: slots of these providers, and appointments with them. */
export interface AuditScope {
  readonly providerIds?: readonly string[];
}

/**
 * Reads a store and reports, as sentences, which of the invariants 1 to 5 are broken. Empty if all hold. It is
 * deliberately written apart from the rules, so that it finds their mistakes.
 */
export async function auditStore(storage: StorageAdapter, scope: AuditScope = {}): Promise<readonly string[]> {
  return createAudit(storage, scope)();
}

/**
 * Repeats {@link auditStore} without reading the journals again of the records that have not changed since. What
 * happened to these journals alone is found by a new audit.
 */
export function createAudit(storage: StorageAdapter, scope: AuditScope = {}): () => Promise<readonly string[]> {
  let seen = new Map<string, string>();
  return async () => {
    const slots = await readAll((page) => storage.findSlots({ ...scope, ...page, asOf: new Date(0) }));
    const appointments = await readAll((page) => storage.findAppointments({ ...scope, ...page }));
    const records = new Map([...slots, ...appointments].map((record) => [record, JSON.stringify(record)]));
    const changed = [...records].filter(([{ kind, id }, text]) => seen.get(`${kind} ${id}`) !== text);
    const journalProblems: string[] = [];
    for (const [record] of changed) {
      journalProblems.push(...auditJournal(record, await journalOf(storage, { record, limit: 10_000 })));
    }
    seen = new Map([...records].map(([{ kind, id }, text]) => [`${kind} ${id}`, text]));
    return [...auditRecords(slots, appointments), ...journalProblems];
  };
}

function auditRecords(slots: readonly Slot[], appointments: readonly Appointment[]): readonly string[] {
  const byId = new Map(appointments.map((one) => [one.id, one]));
  return [
    ...slots.flatMap((slot) => auditSlot(slot, byId)),
    ...auditOverlaps(slots),
    ...appointments.flatMap((one) => auditAppointment(one, slots)),
  ];
}

type Place = Pick<Slot, "providerId" | "facilityId">;

/**
 * The journals of all records. Nothing lists hours, so they are looked for at these places, and at those of the slots and
 * appointments.
 */
export async function journalsOf(
  storage: StorageAdapter,
  scope: AuditScope = {},
  places: readonly Place[] = [],
): Promise<readonly JournalEntry[]> {
  const slots = await readAll((page) => storage.findSlots({ ...scope, ...page, asOf: new Date(0) }));
  const appointments = await readAll((page) => storage.findAppointments({ ...scope, ...page }));
  const journals: JournalEntry[] = [];
  for (const record of [...slots, ...appointments, ...hoursAt([...slots, ...appointments, ...places])]) {
    journals.push(...(await journalOf(storage, { record, limit: 10_000 })));
  }
  return journals;
}

function hoursAt(places: readonly Place[]): readonly RecordKey[] {
  const ids = new Set(places.map(({ providerId, facilityId }) => availabilityIdOf(providerId, facilityId)));
  return [...ids].map((id) => ({ kind: "availability", id }));
}

async function readAll<R extends Position>(
  read: (page: { limit: number; after?: Position }) => Promise<readonly R[]>,
): Promise<readonly R[]> {
  const all: R[] = [];
  for (;;) {
    const last = all.at(-1);
    const page = await read({ limit: pageSize, ...(last && { after: { start: last.start, id: last.id } }) });
    all.push(...page);
    if (page.length < pageSize) return all;
  }
}

function auditSlot(slot: Slot, appointments: ReadonlyMap<string, Appointment>): string[] {
  const problems: string[] = [];
  const name = `slot ${slot.id} (${slot.status})`;
  if ((slot.status === "booked") !== (slot.appointmentId !== null))
    problems.push(`1: ${name} links ${slot.appointmentId}`);
  if ((slot.status === "held") !== (slot.hold !== null)) problems.push(`1: ${name} has hold ${slot.hold?.expiresAt}`);
  if (slot.end <= slot.start) problems.push(`3: ${name} ends before it starts`);
  if (slot.appointmentId === null) return problems;
  const appointment = appointments.get(slot.appointmentId);
  if (appointment === undefined)
    return [...problems, `1: ${name} names appointment ${slot.appointmentId}, which is gone`];
  if (!contains(slot, appointment)) problems.push(`3: ${name} does not contain appointment ${appointment.id}`);
  if (!appointment.slotIds.includes(slot.id))
    problems.push(`4: ${name} is not listed by appointment ${appointment.id}`);
  return problems;
}

function auditOverlaps(slots: readonly Slot[]): string[] {
  const lines = Map.groupBy(
    slots.filter(({ status }) => status !== "blocked" && status !== "withdrawn"),
    ({ scheduleId, seat }) => `${scheduleId} ${seat}`,
  );
  return [...lines.values()].flatMap((line) =>
    line.flatMap((slot, index) => {
      const next = line[index + 1];
      return next !== undefined && overlaps(slot, next) ? [`2: slots ${slot.id} and ${next.id} overlap`] : [];
    }),
  );
}

function contains(outer: TimeRange, inner: TimeRange): boolean {
  return outer.start <= inner.start && inner.end <= outer.end;
}

function overlaps(one: TimeRange, other: TimeRange): boolean {
  return one.start < other.end && other.start < one.end;
}

function auditAppointment(appointment: Appointment, slots: readonly Slot[]): string[] {
  const name = `appointment ${appointment.id} (${appointment.status})`;
  const owned = slots.filter(({ appointmentId }) => appointmentId === appointment.id).map(({ id }) => id);
  const listed = appointment.slotIds;
  if (owningStatuses.includes(appointment.status) !== owned.length > 0)
    return [`4: ${name} owns ${owned.length} slots`];
  if (owned.length !== listed.length || !listed.every((id) => owned.includes(id))) {
    return [`4: ${name} lists [${listed}] and owns [${owned}]`];
  }
  const primary = slots.find(({ id }) => id === listed[0]);
  const samePlace =
    primary === undefined ||
    (primary.providerId === appointment.providerId && primary.facilityId === appointment.facilityId);
  const providers = slots.filter(({ id }) => listed.includes(id)).map(({ providerId }) => providerId);
  const unnamed = providers.filter((providerId) => !appointment.providerIds.includes(providerId));
  return [
    ...(samePlace ? [] : [`3: ${name} has another provider or facility than slot ${primary.id}`]),
    ...(unnamed.length === 0 ? [] : [`3: ${name} does not name ${unnamed.join()}`]),
  ];
}

function auditJournal(record: Slot | Appointment, entries: readonly JournalEntry[]): string[] {
  const name = `${record.kind} ${record.id} at version ${record.version}`;
  const versions = entries.map(({ version }) => version);
  const expected = Array.from({ length: record.version }, (_, index) => index + 1);
  if (versions.join() !== expected.join()) return [`5: ${name} has journal entries ${versions.join()}`];
  const told = fieldsTold(entries);
  const stored = JSON.parse(JSON.stringify(record)) as Record<string, unknown>;
  const differing = Object.keys(told).filter((field) => !isSame(told[field], stored[field]));
  return differing.length === 0 ? [] : [`5: ${name} differs from its journal in ${differing.join()}`];
}

type Fields = Record<string, unknown>;

/** What a record's entries say of its fields, once all of them have happened. */
function fieldsTold(entries: readonly JournalEntry[]): Fields {
  return entries.reduce((fields, entry) => ({ ...beforeEntry(fields, entry), ...fieldsAfter(entry) }), {});
}

function fieldsAfter({ changes }: JournalEntry): Fields {
  return Object.fromEntries(Object.entries(changes).map(([field, { to }]) => [field, to]));
}

/** A hold ends by the clock, and without an entry. */
function beforeEntry(fields: Fields, { fromStatus }: JournalEntry): Fields {
  return fields.status === "held" && fromStatus === "available"
    ? { ...fields, status: "available", hold: null }
    : fields;
}

/** A document is the same in any order of its fields: a storage need not keep it. */
const isSame = (one: unknown, other: unknown): boolean =>
  one === other || (one !== undefined && other !== undefined && canonicalJson(one) === canonicalJson(other));

/**
 * Reports, as sentences, which entries of a record say another thing of what a field was than the entries before it.
 * After a change by hand they may.
 */
export function auditChain(entries: readonly JournalEntry[]): readonly string[] {
  return entries.flatMap((entry, index) => {
    const before = beforeEntry(fieldsTold(entries.slice(0, index)), entry);
    const name = `${entry.recordKind} ${entry.recordId} at version ${entry.version}`;
    return Object.entries(entry.changes)
      .filter(([field, { from, to }]) => !isSame(from, before[field]) || isSame(from, to))
      .map(
        ([field, { from, to }]) =>
          `5: ${name} was ${JSON.stringify(from)} in ${field}, and became ${JSON.stringify(to)}`,
      );
  });
}
