import { isObject } from "../../engine/parse.ts";
import type { History, HistoryCall } from "./history.ts";
import { searchOrder } from "./search.ts";
import { recordsIn, type ShownRecord } from "./shown-records.ts";

/** Seconds and milliseconds of an instant that has none. */
const even = /:00\.000Z/g;

/** Columns of the time line. */
const width = 32;

/** Why a history is not linearizable: a time line of its calls, the longest order that works, and what then does not. */
export function explainFailure(history: History): string {
  const { calls } = history;
  const aliases = aliasesIn(history);
  const shown = (text: string) =>
    aliases.reduce((so, { id, alias }) => so.replaceAll(id, alias), text.replace(even, "Z"));
  const found = searchOrder(history);
  const { longest, misfits } = "order" in found ? { longest: found.order, misfits: [] } : found;
  const rows = calls.map((call) => [call.id, call.caller, bar(call, calls), asked(call), answered(call)].map(shown));
  return [
    `Not linearizable: no order of these ${calls.length} calls, each between its call and its answer, explains the answers.`,
    "",
    ...table(rows),
    "",
    longest.length === 0 ? "No call can come first." : `Explained so far: ${longest.map(({ id }) => id).join(", ")}.`,
    ...misfits.map(({ call, mismatch }) => `${call.id} cannot come next: ${shown(mismatch)}.`),
    "",
    ...aliases.map(({ id, alias }) => `${alias} is ${id}`),
  ]
    .join("\n")
    .trimEnd();
}

interface Alias {
  readonly id: string;
  readonly alias: string;
}

/** Short names for long ids, the longest id first, so that none is replaced within another. */
function aliasesIn({ initial, calls }: History): readonly Alias[] {
  const told = calls.map(({ input, outcome }) => [input, outcome]);
  const ids = { slot: new Set<string>(), appointment: new Set<string>() };
  visit([initial, told], (key, value) => {
    if (/^(conflicting)?slotIds?$|^alsoSlotIds$/i.test(key)) ids.slot.add(value);
    if (key === "appointmentId") ids.appointment.add(value);
  });
  const named = (of: ReadonlySet<string>, letter: string) =>
    [...of].map((id, index) => ({ id, alias: `${letter}${index + 1}` }));
  return [...named(ids.slot, "S"), ...named(ids.appointment, "A")]
    .filter(({ id }) => id.length > 8)
    .sort((a, b) => b.id.length - a.id.length);
}

function visit(value: unknown, found: (key: string, text: string) => void, key = ""): void {
  if (typeof value === "string") found(key, value);
  if (Array.isArray(value)) for (const inner of value) visit(inner, found, key);
  else if (isObject(value)) {
    if (value.kind === "slot" || value.kind === "appointment") found(`${value.kind}Id`, String(value.id));
    for (const [name, inner] of Object.entries(value)) visit(inner, found, name);
  }
}

/** From the call to its answer; an arrow where there was none. */
function bar({ called, returned }: HistoryCall, calls: readonly HistoryCall[]): string {
  const instants = calls.flatMap((call) => [call.called, call.returned ?? call.called]);
  const first = instants.reduce((a, b) => Math.min(a, b));
  const last = instants.reduce((a, b) => Math.max(a, b));
  const column = (at: number) => Math.round(((at - first) / Math.max(last - first, 1)) * (width - 1));
  const from = column(called);
  const to = returned === null ? width - 1 : column(returned);
  const line = from === to ? "|" : `|${"-".repeat(to - from - 1)}${returned === null ? ">" : "|"}`;
  return `${" ".repeat(from)}${line}`.padEnd(width);
}

function asked({ name, input }: HistoryCall): string {
  const { actor: _, slotId, appointmentId, ...others } = input;
  const subject = [slotId, appointmentId].filter((id) => id !== undefined).join(" ");
  return [name, subject, Object.keys(others).length > 0 ? JSON.stringify(others) : ""].filter(Boolean).join(" ");
}

function answered({ outcome, returned }: HistoryCall): string {
  switch (outcome.status) {
    case "refused":
      return `${outcome.code} ${JSON.stringify(outcome.details)}`;
    case "failed":
      return `failed: ${outcome.code}`;
    case "unknown":
      return outcome.result === undefined ? "no answer" : `no answer yet; later ${summary(outcome.result)}`;
    case "done":
      return `${returned === null ? "no answer, but stored: " : ""}${summary(outcome.result)}`;
  }
}

/** The records of an answer, in their state and version. */
function summary(result: unknown): string {
  return recordsIn(result).map(recordSummary).join(", ");
}

function recordSummary({ kind, id, status, version, appointmentId, slotIds }: ShownRecord): string {
  const link = appointmentId ? ` for ${appointmentId}` : "";
  const owned = Array.isArray(slotIds) && slotIds.length > 0 ? ` in ${slotIds.join(", ")}` : "";
  return kind === "schedule" ? `schedule v${version}` : `${id} ${status} v${version}${link}${owned}`;
}

function table(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => (row[column] ?? "").length)));
  return rows.map((row) =>
    row
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join("  ")
      .trimEnd(),
  );
}
