import type { Agenda } from "../model/agenda.ts";
import { appointmentFieldNames } from "../model/appointment.ts";
import { requestIn } from "../model/appointment-request.ts";
import { availabilityFieldNames } from "../model/availability.ts";
import { plainJson } from "../model/plain-json.ts";
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
  return mapFields(result as Fields, (value) => (Array.isArray(value) ? value.map(storedValue) : storedValue(value)));
}

/** The stored result, equal to what the first caller got. */
export function resultOf(stored: unknown): object {
  return mapFields(stored as Fields, (value) => (Array.isArray(value) ? value.map(revived) : revived(value)));
}

function mapFields(fields: Fields, change: (value: unknown) => unknown): object {
  return Object.fromEntries(Object.entries(fields).map(([name, value]) => [name, change(value)]));
}

function storedValue(value: unknown): unknown {
  if (!isRecord(value)) return plainJson(value);
  const values = fieldNames[value.kind].map((name) => storedField(name, (value as unknown as Fields)[name]));
  return { [value.kind]: values };
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
