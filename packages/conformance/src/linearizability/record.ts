import {
  type Actor,
  type ActorEngine,
  type Clock,
  type CommandName,
  commandNames,
  type Engine,
  type ErrorCode,
  type IdempotencyScope,
  isBookingError,
  type OverlapScope,
  systemClock,
} from "@slotwright/core";
import {
  type CallName,
  type CallOutcome,
  type History,
  type HistoryCall,
  isStretched,
  type RecordedCommand,
  readNames,
  type SearchName,
} from "./history.ts";

type Input = Readonly<Record<string, unknown>>;

/** The commands of an engine, and the reads that histories contain. As an actor, only the searches. */
export interface RecordedEngine extends Pick<Engine, CallName> {
  readonly as: (actor: Actor) => Pick<ActorEngine, SearchName>;
}

export interface Recorder {
  /** The same engine. This caller's calls and their answers go into the history. */
  readonly by: (caller: string, engine: RecordedEngine) => RecordedEngine;
  /** What happened so far. Calls without an answer yet count as unknown. */
  readonly history: () => History;
}

export interface RecorderOptions {
  /** The start of the ids of calls and the keys of commands. It differs between processes on one store. Default `c`. */
  readonly prefix?: string;
  readonly overlapScope?: OverlapScope;
  readonly idempotencyScope?: IdempotencyScope;
  /** The clock of the engines. */
  readonly clock?: Pick<Clock, "now">;
  /** The records that existed before the first call. */
  readonly initial?: readonly object[];
  /**
   * Receives each call, without its answer, before it is made, and then its answer. For processes that may be killed.
   */
  readonly onEvent?: (event: HistoryEvent) => void;
}

type CallStart = Omit<HistoryCall, "returned" | "returnedAt" | "outcome">;
type CallEnd = Pick<HistoryCall, "returned" | "returnedAt" | "outcome">;

/** A call, or the answer to the call with this id: plain JSON. */
export type HistoryEvent = CallStart | (CallEnd & { readonly id: string });

/**
 * Records calls and answers as plain JSON for `checkHistory`. Commands without an idempotency key get one, so that a
 * call whose answer was lost can be looked up. `publishSlots` and `importBusy` have none: the id of their call is their
 * reason, whatever was given.
 */
export function createRecorder(options: RecorderOptions = {}): Recorder {
  const { prefix = "c", clock = systemClock, initial = [], onEvent = () => {} } = options;
  const { overlapScope = "facility", idempotencyScope = "actor" } = options;
  const events: HistoryEvent[] = [];
  let made = 0;
  const note = (event: HistoryEvent) => {
    events.push(event);
    onEvent(event);
  };
  const record = async <T>(
    caller: string,
    name: CallName,
    given: Input,
    run: (input: Input) => Promise<T>,
  ): Promise<T> => {
    made += 1;
    const id = `${prefix}${made}`;
    const input = marked(name, given, id);
    const { signal: _, ...told } = input;
    note({ id, caller, name, input: asJson(told) as Input, called: monotonic(), calledAt: now(clock) });
    const answer = (outcome: CallOutcome) => note({ id, outcome, returned: monotonic(), returnedAt: now(clock) });
    try {
      const result = await run(input);
      answer({ status: "done", result: asJson(result) });
      return result;
    } catch (error) {
      answer(outcomeOf(error));
      throw error;
    }
  };
  return {
    by: (caller, engine) => recordedBy(engine, (name, input, run) => record(caller, name, input, run)),
    history: () => ({
      overlapScope,
      idempotencyScope,
      initial: initial.map(asJson),
      calls: callsOf(events, now(clock)),
    }),
  };
}

/** The input by which the call can be found in the storage. */
function marked(name: CallName, given: Input, id: string): Input {
  if (isStretched({ name })) return { ...given, reason: id };
  return isCommand(name) ? { idempotencyKey: id, ...given } : given;
}

/** The calls of these events. Those without an answer may take effect later, or never. */
export function callsOf(events: readonly HistoryEvent[], at: string): readonly HistoryCall[] {
  const answers = new Map(events.flatMap((event) => ("outcome" in event ? [[event.id, event] as const] : [])));
  const pending: CallEnd = { outcome: { status: "unknown" }, returned: null, returnedAt: at };
  return events.flatMap((event) => ("outcome" in event ? [] : [{ ...event, ...(answers.get(event.id) ?? pending) }]));
}

type RecordCall = <T>(name: CallName, input: Input, run: (input: Input) => Promise<T>) => Promise<T>;

function recordedBy(engine: RecordedEngine, record: RecordCall): RecordedEngine {
  const commands = commandNames.filter(isCommand).map((name) => {
    const run = engine[name] as unknown as (input: Input) => Promise<unknown>;
    return [name, (input: Input) => record(name, input, run)];
  });
  return {
    ...(Object.fromEntries(commands) as RecordedEngine),
    getSlot: (slotId) => record("getSlot", { slotId }, () => engine.getSlot(slotId)),
    getAppointment: (appointmentId) =>
      record("getAppointment", { appointmentId }, () => engine.getAppointment(appointmentId)),
    getAvailability: (place) => record("getAvailability", { ...place }, () => engine.getAvailability(place)),
    ...searchesOf(engine, {}, record),
    as: (actor) => searchesOf(engine.as(actor), { actor }, record),
  };
}

function searchesOf(
  engine: Pick<ActorEngine, SearchName>,
  by: { readonly actor?: Actor },
  record: RecordCall,
): Pick<ActorEngine, SearchName> {
  return {
    findOpen: (input) => record("findOpen", { ...by, ...input }, () => engine.findOpen(input)),
    findTimes: (input) => record("findTimes", { ...by, ...input }, () => engine.findTimes(input)),
  };
}

function isCommand(name: CallName | CommandName): name is RecordedCommand {
  return name !== "repair" && !(readNames as readonly string[]).includes(name);
}

/** The engine says that nothing happened. If something did happen, the history shows it. */
const failures: ReadonlySet<ErrorCode> = new Set([
  "storage_busy",
  "storage_unavailable",
  "storage_read_only",
  "storage_misused",
  "refused_by_database",
  "schema_outdated",
  "schema_too_new",
]);

function outcomeOf(error: unknown): CallOutcome {
  if (!isBookingError(error) || error.code === "outcome_unknown") return { status: "unknown" };
  const { code, details } = error;
  return failures.has(code) ? { status: "failed", code } : { status: "refused", code, details: asJson(details) };
}

/** Nanoseconds on a scale that all processes of one machine share and that never goes back. */
function monotonic(): number {
  return Number(process.hrtime.bigint());
}

function now(clock: Pick<Clock, "now">): string {
  return clock.now().toISOString();
}

export function asJson(value: unknown): unknown {
  return JSON.parse(JSON.stringify(value));
}
