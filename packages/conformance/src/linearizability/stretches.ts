import type { JournalEntry } from "@slotwright/core";
import { limits } from "@slotwright/core/adapter";
import {
  busyParts,
  busyStretches,
  type Context,
  type Decision,
  isRefusal,
  parseCommand,
  type Rule,
  rules,
  sha256,
} from "@slotwright/core/checking";
import type { HistoryCall, ModelSettings, StretchCommit, StretchedName, WrittenRecord } from "./history.ts";
import {
  decisionIn,
  doneText,
  instantsWithin,
  type ModelCall,
  type ModelStep,
  refusalAnswer,
  seenBy,
  seenIn,
} from "./model.ts";
import { type ModelState, type Progress, withProgress, withRecords } from "./model-state.ts";

type StretchedCall = HistoryCall & { readonly name: StretchedName };

/** The command of one stretch, as the engine gives it to the rule. */
interface Stretch {
  readonly command: object & Pick<Context, "actor"> & { readonly reason?: string };
  /** Where the next one begins. A publisher is told by the rule. */
  readonly to?: number;
}

/** What the stretches of a call have in common. */
interface Plan {
  readonly begin: number;
  /** Undefined if there is no stretch left. */
  readonly stretchAt: (progress: Progress) => Stretch | undefined;
  /** At most so many. More are passed over. */
  readonly most: number;
}

/**
 * A call of several commits takes effect stretch by stretch, each at an instant of its own, with anything between them. Each
 * call of this function makes the next stretch. What was committed is known from the journal and has to be the same; a
 * stretch without a commit has to find nothing to do. In the end the caller has to have been told the sum.
 */
export function stretchedCall(call: StretchedCall, settings: ModelSettings): ModelCall {
  const plan = planOf(call);
  const played = playedBy(call, plan, settings);
  const start: Progress = { stretches: 0, committed: 0, from: plan.begin, told: {}, isOver: false };
  return (state) => {
    const progress = state.tables.progress.get(call.id) ?? start;
    if (progress.isOver) return { state };
    const isAllThere = progress.committed === played.commits.length;
    const { outcome } = call;
    if (outcome.status === "refused" && isAllThere)
      return refusedStep(played, state, progress, refusalAnswer(outcome.code, outcome.details));
    return doneStep(played, state, progress);
  };
}

/** How many candidates a call has: 0 if it says nothing about the order. */
export function stretchesIn(call: StretchedCall, { house }: ModelSettings): number {
  const { input, outcome, commits } = call;
  if (input.dryRun === true) return 0;
  if (commits === undefined) {
    throw new TypeError(`What ${call.id} (${call.name}) has committed is not known. Use settleUnknown to look it up.`);
  }
  const most = () => planOf(call).most;
  if (outcome.status === "done") return most();
  const committed = commits.length === 0 ? 0 : most();
  if (outcome.status !== "refused" || unexplained.has(outcome.code)) return committed;
  return outcome.code === "policy_violation" && house === undefined ? committed : committed + 1;
}

/** Refusals that no state explains. */
const unexplained: ReadonlySet<string> = new Set(["forbidden", "aborted", "invalid_input"]);

/** A call with what each of its stretches needs. */
interface Played {
  readonly call: StretchedCall;
  readonly plan: Plan;
  readonly commits: readonly StretchCommit[];
  /** What the rule says at an instant. The id is that of the command, if it was committed. */
  readonly decide: (state: ModelState, stretch: Stretch, now: Date, id?: string) => Decision<object>;
  /** What it says at each instant at which the call may have been decided. */
  readonly decisions: (state: ModelState, stretch: Stretch) => readonly Decision<object>[];
}

function playedBy(call: StretchedCall, plan: Plan, settings: ModelSettings): Played {
  const { name, commits = [] } = call;
  const rule = rules[name] as Rule<unknown, object>;
  const bounds = [...new Set([call.returnedAt, call.calledAt])].map((at) => new Date(at));

  function decide(state: ModelState, { command }: Stretch, now: Date, id = call.id): Decision<object> {
    const { actor, reason = null } = command;
    const { overlapScope } = settings;
    const made = { hash: sha256, newId: () => "none", newToken: () => "none" };
    const context: Context = { now, command: { name, id }, actor, reason, overlapScope, ...made };
    const [seen = seenIn(state)] = seenBy(rule, command, state, context, undefined);
    return decisionIn(state, command, seen, context, settings.house);
  }

  const decisions = (state: ModelState, stretch: Stretch) =>
    instantsWithin(bounds, state).map((now) => decide(state, stretch, now));
  return { call, plan, commits, decide, decisions };
}

/** The state after the next stretch. */
function doneStep(played: Played, state: ModelState, progress: Progress): ModelStep {
  const stretch = played.plan.stretchAt(progress);
  if (stretch === undefined) return { mismatch: "no further stretch" };
  const step = committedStep(played, state, stretch, progress);
  if (step !== undefined && "state" in step) return step;
  const other = stepWithoutCommit(played, state, stretch, progress);
  return "state" in other ? other : (step ?? other);
}

/** The state after the stretch, if it was committed so. Undefined if nothing more was committed. */
function committedStep(played: Played, state: ModelState, stretch: Stretch, progress: Progress): ModelStep | undefined {
  const commit = played.commits[progress.committed];
  if (commit === undefined) return undefined;
  const decision = played.decide(state, stretch, new Date(commit.at), commit.id);
  if (isRefusal(decision)) return { mismatch: refusalAnswer(decision.refused, decision.details) };
  const answer = doneText(decision.result);
  const isSame = answer === doneText(commit.result) && wroteText(wroteIn(decision.journal)) === wroteText(commit.wrote);
  if (decision.put.length === 0 || !isSame) return { mismatch: answer };
  const told = toldBy(decision.result, stretch, { ...progress, committed: progress.committed + 1 });
  return after(played, withRecords(state, decision.put), told);
}

function stepWithoutCommit(played: Played, state: ModelState, stretch: Stretch, progress: Progress): ModelStep {
  const decisions = played.decisions(state, stretch);
  for (const decision of decisions) {
    if (!isRefusal(decision) && decision.put.length === 0)
      return after(played, state, toldBy(decision.result, stretch, progress));
  }
  const [first] = decisions as [Decision<object>, ...Decision<object>[]];
  if (isRefusal(first)) return { mismatch: refusalAnswer(first.refused, first.details) };
  return { mismatch: `with a commit that was not made: ${doneText(first.result)}` };
}

function after({ call: { id, outcome }, plan, commits }: Played, state: ModelState, progress: Progress): ModelStep {
  const isLast = plan.stretchAt(progress) === undefined;
  const isWhole = outcome.status === "done" ? isLast : progress.committed === commits.length;
  if (outcome.status === "done" && isLast) {
    const answer = doneText({ dryRun: false, ...progress.told });
    if (progress.committed < commits.length || answer !== doneText(outcome.result)) return { mismatch: answer };
  }
  return { state: withProgress(state, id, { ...progress, isOver: isWhole && outcome.status !== "refused" }) };
}

/** The state after the stretch that was refused. */
function refusedStep(played: Played, state: ModelState, progress: Progress, wanted: string): ModelStep {
  const stretch = played.plan.stretchAt(progress);
  if (stretch === undefined) return { mismatch: "no further stretch" };
  const answers = played
    .decisions(state, stretch)
    .map((decision) =>
      isRefusal(decision) ? refusalAnswer(decision.refused, decision.details) : doneText(decision.result),
    );
  if (!answers.includes(wanted)) return { mismatch: answers[0] ?? "" };
  // Nothing has changed, so that it may come at once.
  if (played.commits.length === 0) return { state };
  return { state: withProgress(state, played.call.id, { ...progress, isOver: true }) };
}

/** What entries of the journal say was written. */
export const wroteIn = (journal: readonly JournalEntry[]): readonly WrittenRecord[] =>
  journal.map(({ recordKind: kind, recordId: id, version, toStatus: status }) => ({ kind, id, version, status }));

const wroteText = (wrote: readonly WrittenRecord[]): string =>
  wrote
    .map(({ kind, id, version, status }) => `${kind} ${id} ${version} ${status}`)
    .sort()
    .join("\n");

interface Outside {
  readonly id: string;
  readonly appointmentId: string | null;
  readonly start: Date;
  readonly end: Date;
}

/** How far the call has come after a stretch, with what it tells in all. */
function toldBy(result: object, { to }: Stretch, { told, stretches, ...progress }: Progress): Progress {
  const { to: next = to, ...counts } = result as Readonly<Record<string, unknown>> & { readonly to?: number };
  const sum: Record<string, number | readonly object[]> = {};
  for (const [name, value] of Object.entries(counts)) {
    const before = told[name];
    if (typeof value === "number") sum[name] = value + ((before as number | undefined) ?? 0);
    else
      sum[name] = [...((before as readonly object[] | undefined) ?? []), ...(value as readonly Outside[]).map(shown)];
  }
  return { ...progress, stretches: stretches + 1, from: next ?? progress.from, told: cut(sum) };
}

const cut = (told: Progress["told"]): Progress["told"] =>
  Object.fromEntries(
    Object.entries(told).map(([name, value]) => [
      name,
      typeof value === "number" ? value : value.slice(0, limits.outsideSlots),
    ]),
  );

const shown = ({ id: slotId, appointmentId, start, end }: Outside) => ({ slotId, appointmentId, start, end });

function planOf(call: StretchedCall): Plan {
  return call.name === "publishSlots" ? publishing(call) : importing(call);
}

type Input = Readonly<Record<string, unknown>>;

function publishing({ input, commits = [], calledAt, returnedAt, outcome }: StretchedCall): Plan {
  const { until: wanted, dryRun: _, ...envelope } = input;
  const begin = beginOf(commits, Date.parse(calledAt), Date.parse(returnedAt));
  const until = Math.max(Date.parse(String(wanted)), begin);
  const {
    created = 0,
    kept = 0,
    obstructed = 0,
  } = ("result" in outcome ? outcome.result : {}) as Record<string, number>;
  return {
    begin,
    stretchAt({ stretches, from }) {
      if (stretches > 0 && from >= until) return undefined;
      const at = { from: new Date(from), until: new Date(until) };
      return { command: parseCommand("publishSlots", { ...envelope, ...at }) as Stretch["command"] };
    },
    most:
      Math.max(1, Math.ceil((until - begin) / limits.slotMs)) +
      Math.floor((created + kept + obstructed) / limits.publishedSeats) +
      commits.length,
  };
}

/** Of a call in several stretches, where the first of them has begun can be told from where another has ended. */
function beginOf(commits: readonly StretchCommit[], called: number, returned: number): number {
  const begins = commits.map(({ result }) => {
    const { to } = result as { readonly to: number };
    return to - Math.floor((to - called) / limits.slotMs) * limits.slotMs;
  });
  return begins.find((begin) => begin > called && begin <= returned) ?? called;
}

function importing({ input }: StretchedCall): Plan {
  const { from, until, intervals, dryRun: _, ...envelope } = input as Input & { readonly intervals: readonly Input[] };
  const window = { start: new Date(String(from)), end: new Date(String(until)) };
  const times = intervals.map(({ start, end }) => ({ start: new Date(String(start)), end: new Date(String(end)) }));
  const stretches = [...busyStretches(busyParts(times, window), window)];
  return {
    begin: 0,
    stretchAt({ stretches: done }) {
      const stretch = stretches[done];
      if (stretch === undefined) return undefined;
      const command = parseCommand("importBusy", { ...envelope, ...stretch, since: window.start });
      return { command: command as Stretch["command"] };
    },
    most: stretches.length,
  };
}
