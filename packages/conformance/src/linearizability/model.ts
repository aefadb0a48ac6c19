import { type Actor, type CommandName, isBookingError, type RecordKey, type Slot } from "@slotwright/core";
import {
  keyText,
  type RecordKind,
  type StoredRecord,
  type StoredSettings,
  type VersionedRecord,
} from "@slotwright/core/adapter";
import {
  availabilityIdOf,
  type Context,
  canonicalJson,
  commandIdOf,
  type Decided,
  type Decision,
  isForOne,
  isRefusal,
  parseCommand,
  type Rule,
  requestHash,
  rules,
  type Seen,
  sha256,
  slotAsOf,
} from "@slotwright/core/checking";
import { type HistoryCall, isRead, isSearch, isStretched, type ModelSettings } from "./history.ts";
import { lyingAround, type Stored } from "./model-around.ts";
import { slotsFound } from "./model-search.ts";
import { type ModelState, withRecords } from "./model-state.ts";
import { searchCall } from "./searches.ts";
import { isObject, recordsIn, type ShownRecord } from "./shown-records.ts";
import { stretchedCall } from "./stretches.ts";

/** What happens if a call takes its turn in a state: the next state, or the rules' answer if it differs. */
export type ModelStep =
  | {
      readonly state: ModelState;
      /** Nothing is lost if the step is made as soon as it can be made. */
      readonly isFree?: true;
    }
  | { readonly mismatch: string };

/** A call as the model runs it. It is parsed once, however often the search tries it. */
export type ModelCall = (state: ModelState) => ModelStep;

interface Envelope {
  readonly actor: Actor;
  readonly reason?: string;
  readonly idempotencyKey?: string;
}

/**
 * The sequential object that histories are compared with: the rules themselves, one command after another. The answer
 * supplies what a caller cannot foresee: new ids, a hold's token, the instant of the decision, and which of several
 * free slots was found.
 */
export function modelCall(call: HistoryCall, settings: ModelSettings): ModelCall {
  if (isStretched(call)) return stretchedCall(call, settings);
  if (isSearch(call)) return searchCall(call, settings);
  const wanted = answerText(call);
  const answersIn = isRead(call) ? readIn(call) : commandIn(call, settings);
  const instants = instantsOf(call);
  return (state) => {
    const steps = instantsWithin(instants, state).flatMap((now) => answersIn(state, now));
    const fitting = steps.find(({ answer }) => answer === wanted);
    if (fitting !== undefined) return { state: fitting.state };
    return { mismatch: steps[0]?.answer ?? "" };
  };
}

interface ModelAnswer {
  readonly state: ModelState;
  readonly answer: string;
}

/**
 * The instants at which the call may have been decided: the instant of what it wrote, or else the first and the last.
 */
function instantsOf(call: HistoryCall): readonly Date[] {
  const { outcome, calledAt, returnedAt } = call;
  const decided = isRead(call) ? undefined : writtenIn(resultOf(outcome))[0]?.updatedAt;
  const instants = decided === undefined ? [returnedAt, calledAt] : [String(decided)];
  return [...new Set(instants)].map((at) => new Date(at));
}

/** All at which a call may have been decided that begins and ends at these, or at the one of them. */
export function instantsWithin(bounds: readonly Date[], state: Stored): readonly Date[] {
  return [...bounds, ...expiriesBetween(bounds, state)];
}

/** The instants at which a hold, a request, its promise to hold, or an offer ends during the call. From each of them on, the rules may answer differently. */
function expiriesBetween([one, other]: readonly Date[], { tables }: Stored): readonly Date[] {
  if (one === undefined || other === undefined) return [];
  const [first, last] = one < other ? [one, other] : [other, one];
  const expiries = [...tables.records.values()].flatMap(expiriesOf);
  return expiries.filter((expiry) => first < expiry && expiry < last);
}

function expiriesOf(record: VersionedRecord): readonly Date[] {
  if (record.kind === "slot") return record.hold === null ? [] : [record.hold.expiresAt];
  if (record.kind !== "appointment" || record.request === null) return [];
  const { expiresAt, heldUntil, offer } = record.request;
  return [expiresAt, heldUntil, offer?.expiresAt ?? null].filter((end) => end !== null);
}

function readIn({ name, input }: HistoryCall) {
  if (name === "getAvailability") return availabilityIn(String(input.providerId), String(input.facilityId));
  return name === "getSlot" ? slotIn(String(input.slotId)) : appointmentIn(String(input.appointmentId));
}

function availabilityIn(providerId: string, facilityId: string) {
  return (state: ModelState): ModelAnswer => {
    const availability = seenIn(state).availability(availabilityIdOf(providerId, facilityId));
    const missing = () => refusalAnswer("availability_not_found", { providerId, facilityId });
    return { state, answer: availability ? doneText(availability) : missing() };
  };
}

function slotIn(slotId: string) {
  return (state: ModelState, now: Date): ModelAnswer => {
    const slot = seenIn(state).slot(slotId);
    return { state, answer: slot ? doneText(slotAsOf(slot, now)) : refusalAnswer("slot_not_found", { slotId }) };
  };
}

function appointmentIn(appointmentId: string) {
  return (state: ModelState): ModelAnswer => {
    const appointment = seenIn(state).appointment(appointmentId);
    return {
      state,
      answer: appointment ? doneText(appointment) : refusalAnswer("appointment_not_found", { appointmentId }),
    };
  };
}

function commandIn({ id: callId, name, input, outcome }: HistoryCall, settings: ModelSettings) {
  const { overlapScope, idempotencyScope, house } = settings;
  const commandName = name as CommandName;
  const command = parsed(commandName, input);
  if (isBookingError(command)) {
    const answer = refusalAnswer(command.code, command.details);
    return (state: ModelState): ModelAnswer => ({ state, answer });
  }
  const { actor, reason = null, idempotencyKey = callId } = command;
  const id = commandIdOf(idempotencyKey, actor, idempotencyScope);
  const hash = requestHash(commandName, { ...command });
  const rule = rules[commandName] as Rule<unknown, object>;
  const result = resultOf(outcome);
  return (state: ModelState, now: Date): readonly ModelAnswer[] => {
    const earlier = state.tables.commands.get(id);
    if (earlier !== undefined) {
      if (earlier.requestHash === hash) return [{ state, answer: doneText(earlier.result) }];
      return [{ state, answer: refusalAnswer("idempotency_key_reused", { idempotencyKey }) }];
    }
    if (isReplay(outcome)) return [{ state, answer: "no replay, because no command with this key has taken effect" }];
    const asked = withChosenWish(commandName, command, state, result);
    const named = { name: commandName, id };
    const contextNow = (): Context => {
      return { now, command: named, actor, reason, overlapScope, hash: sha256, ...unforeseenIn(result) };
    };
    const answerOn = (seen: Seen): ModelAnswer => {
      const context = contextNow();
      const decision = decisionIn(state, asked, seen, context, house);
      if (isRefusal(decision)) return { state, answer: refusalAnswer(decision.refused, decision.details) };
      const taken = decision.put.find((record) => versionOfRecord(state, record) !== record.version - 1);
      if (taken !== undefined)
        return { state, answer: `no ${taken.kind} ${taken.id}, because that is somebody else's` };
      return { state: stateAfter(state, decision, id, hash), answer: doneText(decision.result) };
    };
    return seenBy(rule, asked, state, contextNow(), result).map(answerOn);
  };
}

/** What an engine decides in a state, by the rule and by its policies as far as they are known. */
export function decisionIn(
  state: ModelState,
  command: object,
  seen: Seen,
  context: Context,
  house: ModelSettings["house"],
): Decision<object> {
  const { name } = context.command;
  if (house === undefined) return (rules[name] as Rule<unknown, object>).decide(command, seen, context);
  const around = house.looksAround && lyingAround(state, command, seen, context);
  return house.decide(name, command, { ...seen, ...around }, context);
}

/** The id under which a command took effect once, or would have. */
export function commandIdIn({ id: callId, input }: HistoryCall, { idempotencyScope }: StoredSettings): string {
  const { actor, idempotencyKey = callId } = input as unknown as Envelope;
  return commandIdOf(idempotencyKey, actor, idempotencyScope);
}

/** Whether two commands with one key are the same request. Undefined if one is not a command, or not a valid one. */
export function requestHashOf({ name, input }: HistoryCall): string | undefined {
  if (isRead({ name }) || isStretched({ name })) return undefined;
  const command = parsed(name as CommandName, input);
  return isBookingError(command) ? undefined : requestHash(name, { ...command });
}

function parsed(name: CommandName, input: unknown) {
  try {
    return parseCommand(name, input) as Envelope;
  } catch (error) {
    if (isBookingError(error)) return error;
    throw error;
  }
}

function stateAfter(state: ModelState, { put, result }: Decided<object>, id: string, hash: string): ModelState {
  if (put.length === 0) return state;
  return withRecords(state, put, { kind: "command", id, requestHash: hash, result });
}

function versionOfRecord({ tables }: ModelState, key: RecordKey): number {
  return tables.records.get(keyText(key))?.version ?? 0;
}

export function seenIn({ tables }: Stored): Seen {
  const of =
    <K extends RecordKind>(kind: K) =>
    (id: string) =>
      tables.records.get(keyText({ kind, id })) as Extract<StoredRecord, { kind: K }> | undefined;
  return {
    schedule: of("schedule"),
    slot: of("slot"),
    appointment: of("appointment"),
    availability: of("availability"),
    found: [],
  };
}

/**
 * Everything that is stored, and what the rule's searches find. If the answer shows which slot was found, only that one.
 * A refusal does not show it, so each may be the one that policies were asked about.
 */
export function seenBy(
  rule: Rule<unknown, object>,
  command: unknown,
  state: ModelState,
  context: Context,
  result: unknown,
): readonly Seen[] {
  const seen = seenIn(state);
  const { search } = rule.reads(command, seen, context);
  if (search === undefined) return [seen];
  const all = slotsFound(state, search, context.now);
  // Any of them will do, and the answer tells which was taken. Other searches have to see all.
  if (isForOne(search)) {
    const tried = result === undefined ? all : all.filter(({ id }) => takenIds(result).includes(id));
    if (tried.length > 0) return tried.map((slot) => ({ ...seen, found: [slot] }));
    return [beside(rule, command, state, context, seen)];
  }
  return [beside(rule, command, state, context, { ...seen, found: all })];
}

/** What is seen, with what the second search of the rule finds. */
function beside(rule: Rule<unknown, object>, command: unknown, state: ModelState, context: Context, seen: Seen): Seen {
  const search = rule.reads(command, seen, context).further?.().search;
  return search === undefined ? seen : { ...seen, obstacles: slotsFound(state, search, context.now) };
}

/**
 * Which of several slots that were asked for is taken depends on those that were passed over, which the command does not
 * write. As with a slot that was found, the answer tells.
 */
function withChosenWish(name: CommandName, command: Envelope, state: ModelState, result: unknown): Envelope {
  const { appointmentId = "", slotId } = command as { readonly appointmentId?: string; readonly slotId?: string };
  if (name !== "accept" || slotId !== undefined || result === undefined) return command;
  const wishes = seenIn(state).appointment(appointmentId)?.request?.wishes ?? [];
  const chosen = wishes.find((wish) => wish.slotId === takenIds(result)[0])?.slotId;
  return chosen === undefined ? command : ({ ...command, slotId: chosen } as Envelope);
}

/** Of an answer to a booking or to a hold. */
function takenIds(result: unknown): readonly string[] {
  const { slot, slots = [] } = result as { readonly slot?: Slot; readonly slots?: readonly Slot[] };
  return [...(slot === undefined ? [] : [slot]), ...slots].map(({ id }) => id);
}

/** Ids and tokens as the answer has them, in the order in which the rules request them. */
function unforeseenIn(result: unknown): Pick<Context, "newId" | "newToken"> {
  const ids = writtenIn(result)
    .filter(({ version }) => version === 1)
    .map(({ id }) => id);
  const { holdToken } = (result ?? {}) as { readonly holdToken?: string };
  let next = 0;
  const newId = () => {
    next += 1;
    return ids[next - 1] ?? `new-${next}`;
  };
  return { newId, newToken: () => holdToken ?? "unforeseen" };
}

/**
 * The records in an answer that its command wrote: those with the instant of the appointment, or of the
 * first of them if there is no appointment. A slot that an appointment keeps also appears, as another command left it.
 */
export function writtenIn(result: unknown): readonly ShownRecord[] {
  const records = recordsIn(result).filter(({ kind }) => ["slot", "appointment", "availability"].includes(kind));
  const leading = records.find(({ kind }) => kind === "appointment") ?? records[0];
  return records.filter(({ updatedAt }) => updatedAt === leading?.updatedAt);
}

function resultOf(outcome: HistoryCall["outcome"]): unknown {
  const result = "result" in outcome ? outcome.result : undefined;
  if (!isObject(result)) return result;
  const { replayed: _, ...answer } = result;
  return answer;
}

/** Whether the answer says that the command had taken effect before. After a lost connection it may say nothing. */
function isReplay(outcome: HistoryCall["outcome"]): boolean {
  return "result" in outcome && isObject(outcome.result) && outcome.result.replayed === true;
}

function answerText({ outcome }: HistoryCall): string {
  if (outcome.status === "refused") return refusalAnswer(outcome.code, outcome.details);
  return doneText(resultOf(outcome));
}

export function doneText(result: unknown): string {
  return canonicalJson(result);
}

/** Leaves out what only helps the caller to continue: alternatives and the time zone are read after the refusal. */
export function refusalAnswer(code: string, details: unknown): string {
  const { alternatives: _, timeZone: __, ...decisive } = details as Readonly<Record<string, unknown>>;
  return `${code} ${canonicalJson(decisive)}`;
}
