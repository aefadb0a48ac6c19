import type { RecordKind } from "@slotwright/core/adapter";

/** A record in an answer, as JSON. */
export interface ShownRecord extends Readonly<Record<string, unknown>> {
  readonly kind: RecordKind;
  readonly id: string;
}

export function isObject(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === "object" && value !== null;
}

/** The records in an answer: the answer itself, or what is in its fields. */
export function recordsIn(answer: unknown): readonly ShownRecord[] {
  if (!isObject(answer)) return [];
  return ("kind" in answer ? [answer] : Object.values(answer).flat()).filter(isRecord);
}

function isRecord(value: unknown): value is ShownRecord {
  return isObject(value) && typeof value.kind === "string" && typeof value.id === "string";
}
