import type { Agenda } from "../model/agenda.ts";
import { appointmentFieldNames } from "../model/appointment.ts";
import { requestIn } from "../model/appointment-request.ts";
import { availabilityFieldNames } from "../model/availability.ts";
import { copyOf, isSameJson, plainJson } from "../model/plain-json.ts";
import type { VersionedRecord } from "../model/record.ts";
import { scheduleFieldNames } from "../model/schedule.ts";
import { type Hold, slotFieldNames } from "../model/slot.ts";

/** The records that a result may have. */
type ResultRecord = Exclude<VersionedRecord, Agenda>;
type Kind = ResultRecord["kind"];
type Fields = Readonly<Record<string, unknown>>;

const fieldNames: Readonly<Record<Kind, readonly string[]>> = {
  slot: slotFieldNames,
  appointment: appointmentFieldNames,
  schedule: scheduleFieldNames,
  availability: availabilityFieldNames,
};

const instants: ReadonlySet<string> = new Set(["start", "end", "createdAt", "updatedAt"]);

/**
 * A command's result as plain JSON. It is written with every command and hardly ever read, so it is kept short: it
 * holds only the values of its records, with instants as milliseconds since 1970.
 */
export function storedResult(result: object): unknown {
  return mapFields(result as Fields, (value) => (Array.isArray(value) ? storedList(value) : storedValue(value)));
}

/** The stored result, equal to what the first caller got. */
export function resultOf(stored: unknown): object {
  return mapFields(stored as Fields, (value) =>
    Array.isArray(value) ? value.map(revived) : isAlike(value) ? revivedAlike(value) : revived(value),
  );
}

function mapFields(fields: Fields, change: (value: unknown) => unknown): object {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, change(value)]));
}

/** Records that have much in common, such as the slots of one call: the first one, and where each of the others differs. */
interface Alike {
  readonly first: Stored;
  /** The positions of the values in which some differ. */
  readonly differing: readonly number[];
  /** These values of each of the others. */
  readonly others: readonly (readonly unknown[])[];
}

type Stored = Readonly<Record<string, readonly unknown[]>>;

function storedList(values: readonly unknown[]): unknown {
  const [first, ...others] = values;
  const isOfOneKind = isRecord(first) && values.every((value) => isRecord(value) && value.kind === first.kind);
  return isOfOneKind && others.length > 0
    ? storedAlike(first, others as readonly ResultRecord[])
    : values.map(storedValue);
}

function storedAlike(first: ResultRecord, others: readonly ResultRecord[]): Alike {
  const names = fieldNames[first.kind];
  const values = names.map((name) => storedFieldOf(first, name));
  const differs = names.map((name, at) => others.some((other) => !isSameJson(storedFieldOf(other, name), values[at])));
  const differing = names.flatMap((_, at) => (differs[at] ? [at] : []));
  const rest = differing.map((at) => names[at] as string);
  return {
    first: { [first.kind]: values },
    differing,
    others: others.map((other) => rest.map((name) => storedFieldOf(other, name))),
  };
}

const storedFieldOf = (record: ResultRecord, name: string) => storedField(name, (record as unknown as Fields)[name]);

const isAlike = (value: unknown): value is Alike =>
  typeof value === "object" && value !== null && "first" in value && "differing" in value && "others" in value;

function revivedAlike({ first, differing, others }: Alike): unknown {
  const [kind = "", values = []] = Object.entries(first)[0] ?? [];
  const all = others.map((own) => {
    // A copy of each: what a host does to one record must not show in another.
    const whole = [...copyOf(values)];
    for (const [index, at] of differing.entries()) whole[at] = own[index];
    return { [kind]: whole };
  });
  return [first, ...all].map(revived);
}

function storedValue(value: unknown): unknown {
  if (!isRecord(value)) return plainJson(value);
  return { [value.kind]: fieldNames[value.kind].map((name) => storedFieldOf(value, name)) };
}

function storedField(name: string, value: unknown): unknown {
  if (instants.has(name)) return (value as Date).getTime();
  if (name === "request") return plainJson(value);
  if (name !== "hold" || value === null) return value;
  const { tokenHash, expiresAt, holderId } = value as Hold;
  return [tokenHash, expiresAt.getTime(), ...(holderId === null ? [] : [holderId])];
}

function revived(stored: unknown): unknown {
  const [kind, ...others] = typeof stored === "object" && stored !== null ? Object.keys(stored) : [];
  if (kind === undefined || others.length > 0 || !Object.hasOwn(fieldNames, kind)) return stored;
  const values = (stored as Fields)[kind] as readonly unknown[];
  const fields = fieldNames[kind as Kind].map((name, index) => [name, fieldOf(name, values[index])]);
  return { kind, ...Object.fromEntries(fields) };
}

function fieldOf(name: string, stored: unknown): unknown {
  if (instants.has(name)) return new Date(stored as number);
  if (name === "request") return requestIn(stored);
  if (name !== "hold" || stored === null) return stored;
  const [tokenHash, expiresAt, holderId = null] = stored as readonly [string, number, string?];
  return { tokenHash, expiresAt: new Date(expiresAt), holderId };
}

function isRecord(value: unknown): value is ResultRecord {
  return typeof value === "object" && value !== null && "kind" in value && "createdAt" in value;
}
