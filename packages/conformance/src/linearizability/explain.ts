import {
  type History,
  type HistoryCall,
  isSearch,
  isStretched,
  type JudgedHistory,
  type ModelSettings,
} from "./history.ts";
import { type ModelStep, modelCall } from "./model.ts";
import { initialState, type ModelState } from "./model-state.ts";
import { searchOrder } from "./search.ts";
import { isObject, recordsIn, type ShownRecord } from "./shown-records.ts";
import { lastAnswered } from "./shrink.ts";
import { stretchesIn } from "./stretches.ts";

/** Seconds and milliseconds of an instant, without delimiters. */
const even = /:00\.000Z/g;

/** Columns of the timeline. */
const width = 32;

/** How many explained calls are shown: the latest ones. The cause usually lies shortly before the failure. */
const mostExplained = 20;

/** Why a history is not linearizable: a timeline of its calls, the longest order that works, and what does not fit. */
export function explainFailure(history: JudgedHistory): string {
  const count = history.calls.length;
  return [
    `Not linearizable: no order of these ${count} calls, each between its call and its answer, explains the answers.`,
    "",
    ...howFar(history),
  ].join("\n");
}

/** A timeline of the calls around the end of the longest order found, and what does not fit after it. */
export function howFar(history: JudgedHistory): readonly string[] {
  const { longest, misfits } = withoutLast(history) ?? longestOrder(history);
  const leftOut = new Set(longest.slice(0, -mostExplained));
  const end = misfits.reduce((latest, { call }) => Math.max(latest, call.returned ?? call.called), 0);
  const shown = history.calls.filter((call) => !leftOut.has(call) && (end === 0 || call.called <= end));
  const order = longest.slice(-mostExplained).map(({ id }) => id);
  return withShortNames(history, [
    ...(leftOut.size === 0 ? [] : [`${leftOut.size} earlier calls, which are explained, are left out.`, ""]),
    ...timeLine(shown),
    "",
    longest.length === 0 ? "No call can come first." : `Explained so far: ${order.join(", ")}.`,
    ...misfits.map(({ call, mismatch }) => `${call.id} cannot come next: the rules answer ${ruled(mismatch, call)}.`),
  ]);
}

interface Explained {
  readonly longest: readonly HistoryCall[];
  readonly misfits: readonly { readonly call: HistoryCall; readonly mismatch: string }[];
}

const triesFor = ({ calls }: Pick<History, "calls">) => ({ maxTries: 10_000 + 10 * calls.length });

/** An order of all calls except the one answered last. In a shrunk history, that is the one that does not fit. */
function withoutLast(history: JudgedHistory): Explained | undefined {
  const call = lastAnswered(history);
  const others = { ...history, calls: history.calls.filter((other) => other !== call) };
  const found = searchOrder(others, triesFor(others));
  if (call === undefined || !("order" in found)) return undefined;
  const rest = Array.from({ length: partsOf(call, history) }, () => call);
  const step = stepsOf(history, initialState(history.initial), [...found.order, ...rest]);
  return "mismatch" in step ? { longest: found.order, misfits: [{ call, mismatch: step.mismatch }] } : undefined;
}

function partsOf(call: HistoryCall, history: JudgedHistory): number {
  if (isStretched(call)) return stretchesIn(call, history);
  return isSearch(call) ? 2 : 1;
}

function stepsOf(settings: ModelSettings, start: ModelState, calls: readonly HistoryCall[]): ModelStep {
  return calls.reduce<ModelStep>(
    (before, call) => ("state" in before ? modelCall(call, settings)(before.state) : before),
    {
      state: start,
    },
  );
}

function longestOrder(history: JudgedHistory): Explained {
  const found = searchOrder(history, { ...triesFor(history), looksAhead: false });
  return "order" in found ? { longest: found.order, misfits: [] } : found;
}

/** The rules' answer in the form of the caller's, unless they differ only in what this form omits. */
function ruled(answer: string, { outcome }: HistoryCall): string {
  if (!answer.startsWith("{")) return answer;
  const shown = summary(JSON.parse(answer));
  return "result" in outcome && summary(outcome.result) === shown ? answer : shown;
}

function timeLine(calls: readonly HistoryCall[]): readonly string[] {
  const instants = calls.flatMap((call) => [call.called, call.returned ?? call.called]);
  const first = instants.reduce((a, b) => Math.min(a, b), Number.POSITIVE_INFINITY);
  const last = instants.reduce((a, b) => Math.max(a, b), Number.NEGATIVE_INFINITY);
  const rows = calls.map((call) => [call.id, call.caller, bar(call, first, last), `${asked(call)}\n${answered(call)}`]);
  return table([["call", "caller", duration(last - first), "asked, and answered"], ...rows]);
}

function duration(nanoseconds: number): string {
  return nanoseconds < 10_000 ? `${nanoseconds} ns` : `${(nanoseconds / 1e6).toFixed(2)} ms`;
}

/** The lines with short names for long ids, and at the end a list of what they stand for. */
function withShortNames({ initial, calls }: History, lines: readonly string[]): readonly string[] {
  const text = lines.join("\n").replace(even, "Z");
  const ids: Record<string, Set<string>> = { S: new Set(), A: new Set() };
  visit([initial, calls.map(({ input, outcome }) => [input, outcome])], (key, id) => {
    if (/^(conflicting)?slotIds?$|^alsoSlotIds$/i.test(key)) ids.S?.add(id);
    if (key === "appointmentId") ids.A?.add(id);
  });
  const aliases = Object.entries(ids).flatMap(([letter, ofKind]) =>
    [...ofKind]
      .filter((id) => id.length > 8 && text.includes(id))
      .sort((one, other) => text.indexOf(one) - text.indexOf(other))
      .map((id, index) => ({ id, alias: `${letter}${index + 1}` })),
  );
  // The longest id first, so that no id is replaced inside another.
  const longestFirst = aliases.toSorted((one, other) => other.id.length - one.id.length);
  const short = longestFirst.reduce((so, { id, alias }) => so.replaceAll(id, alias), text);
  return [short, ...(aliases.length === 0 ? [] : ["", ...aliases.map(({ id, alias }) => `${alias} is ${id}`)])];
}

function visit(value: unknown, found: (key: string, text: string) => void, key = ""): void {
  if (typeof value === "string") found(key, value);
  if (Array.isArray(value)) for (const inner of value) visit(inner, found, key);
  else if (isObject(value)) {
    if (value.kind === "slot" || value.kind === "appointment") found(`${value.kind}Id`, String(value.id));
    for (const [name, inner] of Object.entries(value)) visit(inner, found, name);
  }
}

/** From the call to its answer, or an arrow if there was none. */
function bar({ called, returned }: HistoryCall, first: number, last: number): string {
  const column = (at: number) => Math.round(((at - first) / Math.max(last - first, 1)) * (width - 1));
  const from = column(called);
  const to = returned === null ? width - 1 : column(returned);
  const line = from === to ? "|" : `|${"-".repeat(to - from - 1)}${returned === null ? ">" : "|"}`;
  return `${" ".repeat(from)}${line}`.padEnd(width);
}

function asked({ id, name, input }: HistoryCall): string {
  const { actor: _, slotId, appointmentId, idempotencyKey, ...others } = input;
  const subject = [slotId, appointmentId].filter((one) => one !== undefined).join(" ");
  // The key that the recorder generated adds nothing.
  const told = { ...others, ...(idempotencyKey !== id && { idempotencyKey }) };
  const fields = Object.entries(told).filter(([, value]) => value !== undefined && JSON.stringify(value) !== "[]");
  const rest = fields.map(([field, value]) => `${field} ${typeof value === "string" ? value : JSON.stringify(value)}`);
  return [name, subject, rest.join(", ")].filter(Boolean).join(" ");
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

/** The records of an answer, with their state and version. Counts as they are. */
function summary(result: unknown): string {
  return isObject(result) && "dryRun" in result
    ? JSON.stringify(result)
    : recordsIn(result).map(recordSummary).join(", ");
}

function recordSummary({ kind, id, status, version, appointmentId, slotIds }: ShownRecord): string {
  const link = appointmentId ? ` for ${appointmentId}` : "";
  const owned = Array.isArray(slotIds) && slotIds.length > 0 ? ` in ${slotIds.join(", ")}` : "";
  return kind === "schedule" ? `schedule v${version}` : `${id} ${status} v${version}${link}${owned}`;
}

/** The last column may have several lines, one below the other. */
function table(rows: readonly (readonly string[])[]): readonly string[] {
  const widths = (rows[0] ?? []).map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0)));
  const lineOf = (cells: readonly string[]) =>
    cells
      .map((cell, column) => cell.padEnd(column === cells.length - 1 ? 0 : (widths[column] ?? 0)))
      .join("  ")
      .trimEnd();
  return rows.flatMap((row) => {
    const [head = "", ...below] = (row.at(-1) ?? "").split("\n");
    const indent = row.slice(0, -1).map(() => "");
    return [lineOf([...row.slice(0, -1), head]), ...below.map((line) => lineOf([...indent, `  ${line}`]))];
  });
}
