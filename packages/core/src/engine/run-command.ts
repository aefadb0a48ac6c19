import { BookingError, type Refusal } from "../errors.ts";
import { commandSchemas } from "../model/commands.ts";
import type { CommandName } from "../model/journal.ts";
import { type CommandRecord, keyText, type RecordKey, type StoredRecord } from "../model/record.ts";
import { type Context, type Decided, type Decision, isRefusal, type Rule, type Seen } from "../rules/decision.ts";
import { type CommandResult, rules } from "../rules/index.ts";
import { refuseActor, refuseByPolicy } from "../rules/policy.ts";
import type { CommitOutcome } from "../storage/adapter.ts";
import { isStorageError, StorageError } from "../storage/storage-error.ts";
import { withAlternatives } from "./alternatives.ts";
import { refusalOfGuard } from "./guard-refusals.ts";
import { type Loaded, loadRecords } from "./load-records.ts";
import type { EngineSettings } from "./options.ts";
import { meansField, parse } from "./parse.ts";
import { replay } from "./replay.ts";
import { commandKey, contextOf, type Envelope, mayHaveRun, type Parsed, type Request, requestOf } from "./request.ts";
import type { Claim } from "./spread.ts";
import { asBookingError, asHostTransactionError } from "./storage-failures.ts";

/**
 * Parses, loads, lets the rule decide and commits, until there is an answer: a result or a refusal.
 * @throws BookingError
 */
export async function runCommand<Name extends CommandName>(
  settings: EngineSettings,
  name: Name,
  input: unknown,
): Promise<CommandResult<Name>> {
  const command = parse(schemaOf(name, input), input) as Envelope;
  const rule = rules[name] as Rule<unknown, object>;
  return (await runParsed(settings, { name, command, rule, hashedAs: name })) as CommandResult<Name>;
}

/** @throws BookingError */
export async function runParsed(settings: EngineSettings, parsed: Parsed): Promise<object> {
  let request = requestOf(settings, parsed);
  let last: Attempt["again"];
  try {
    for (;;) {
      const attempt = await attemptCommand(settings, request);
      if ("result" in attempt) return answered(settings, attempt.result);
      if ("refusal" in attempt) throw new BookingError(attempt.refusal.refused, attempt.refusal.details);
      request = { ...request, mayRecall: false };
      if (attempt.again === "recalled") continue;
      // Rows changed by hand while the rule decided: it decides again, and usually finds the precise refusal itself.
      if (attempt.again === "guarded" && last === "guarded") throw attempt.cause();
      // The loser of a race is retried once without a pause; it usually only needs its refusal. One who found a slot that
      // was taken meanwhile goes on to the next.
      const isInHurry = attempt.again === "missed" || (attempt.again === "stale" && last === undefined);
      if (attempt.again === "unknown") request = { ...request, wasUnknown: true };
      await again(request, attempt.cause, isInHurry);
      last = attempt.again;
    }
  } finally {
    request.finder.leave();
  }
}

function answered({ isHostTransaction, noteAnswer }: EngineSettings, result: object): object {
  if (!isHostTransaction) noteAnswer();
  return result;
}

/** A booking is by slot or by time; choosing the schema first gives errors about that one. */
export function schemaOf(name: CommandName, input: unknown) {
  if (name !== "book") return commandSchemas[name];
  const [bySlot, byTime] = commandSchemas.book.options;
  return meansField(input, "slotId") ? bySlot : byTime;
}

/** An answer, or what made another attempt necessary. A refusal is a value up to the end: to throw it costs at each step. */
type Attempt =
  | { readonly result: object; readonly again?: never }
  | { readonly refusal: Refusal; readonly again?: never }
  | { readonly again: "busy" | "unknown" | "stale" | "missed" | "guarded"; readonly cause: () => unknown }
  /** What was known from before was not enough, or does not hold any more. */
  | { readonly again: "recalled" };

async function attemptCommand(settings: EngineSettings, request: Request): Promise<Attempt> {
  try {
    return await decideAndCommit(settings, request);
  } catch (error) {
    if (!isStorageError(error)) throw error;
    if (settings.isHostTransaction) throw asHostTransactionError(error);
    if (error.failure === "transient") return { again: "busy", cause: () => error };
    if (error.failure === "unknown") return settleUnknown(settings, { ...request, wasUnknown: true }, error);
    throw request.wasUnknown ? outcomeUnknown(request, error) : asBookingError(error);
  }
}

async function decideAndCommit(settings: EngineSettings, request: Request): Promise<Attempt> {
  const { storage, agreement } = settings;
  if (!agreement.isMade()) await agree(settings);
  const context = contextOf(settings, request);
  const { rule, mayRecall, finder, patience } = request;
  const alsoKeys = mayHaveRun(request) ? [commandKey(request)] : [];
  const loading = { alsoKeys, mayRecall, finder, until: patience.until };
  const loaded = await loadRecords(storage, rule, request.command, context, loading);
  if (loaded.isRecalled) return commitOnRecalled(settings, request, loaded, context);
  return decideOnLoaded(settings, request, loaded, context);
}

async function decideOnLoaded(
  settings: EngineSettings,
  request: Request,
  loaded: Loaded,
  context: Context,
): Promise<Attempt> {
  let decided: Decided<object> | undefined;
  try {
    const earlier = earlierRun(loaded, request);
    if (earlier !== undefined) return { result: replay(earlier, request) };
    const decision = decide(settings, request, loaded, context);
    // Not awaited: that would lengthen the stack of every refusal, which costs a tenth of the whole command.
    if (isRefusal(decision)) return confirmRefusal(settings, request, decision, loaded, context);
    if (decision.put.length === 0) return { result: decision.result };
    decided = decision;
  } finally {
    if (decided === undefined) loaded.claim?.release("unused");
  }
  return commitDecided(settings, request, decided, loaded.claim);
}

async function commitDecided(
  { storage }: EngineSettings,
  request: Request,
  decided: Decided<object>,
  claim: Claim | undefined,
): Promise<Attempt> {
  // Whatever becomes of the commit, the slot is nobody else's to be tried.
  let found: "taken" | "lost" = "taken";
  try {
    const outcome = await storage.commit(request, decided, request.patience.until);
    const attempt = answerTo(outcome, request, decided);
    if (attempt.again !== "stale" || claim === undefined) return attempt;
    found = "lost";
    return { ...attempt, again: "missed" };
  } finally {
    claim?.release(found);
  }
}

/** Before the first command, since two engines that see overlap differently would book one provider twice. */
async function agree({ storage, agreement, isHostTransaction }: EngineSettings): Promise<void> {
  await (isHostTransaction ? agreement.makeWithin(storage) : agreement.make(storage));
}

/**
 * A slot that was free a short while ago mostly still is, and the commit tells if it is not. Only a commit is an answer
 * here: not a refusal, and not what a function of the host's throws.
 */
async function commitOnRecalled(
  settings: EngineSettings,
  request: Request,
  loaded: Loaded,
  context: Context,
): Promise<Attempt> {
  let decision: Decision<object>;
  try {
    decision = decide(settings, request, loaded, context);
  } catch {
    return { again: "recalled" };
  }
  if (isRefusal(decision)) return { again: "recalled" };
  try {
    const outcome = await settings.storage.commit(request, decision, request.patience.until);
    const attempt = answerTo(outcome, request, decision);
    return "result" in attempt ? attempt : { again: "recalled" };
  } catch (error) {
    // A database that may only be read still tells what it holds: what was taken, and what this very command did before.
    if (isStorageError(error, "read_only")) return { again: "recalled" };
    throw error;
  }
}

/** The host's authorization, then the rule, then the host's policies. */
function decide(settings: EngineSettings, request: Request, { seen }: Pick<Loaded, "seen">, context: Context) {
  const { authorize, policies } = settings;
  const { command, name, rule } = request;
  // A repair is the engine's own work, not one of the commands that the host decides about.
  if (name === "repair") return rule.decide(command, seen, context);
  const forbidden = refuseActor(authorize, { ...command }, seen, context);
  if (forbidden !== undefined) return forbidden;
  const decision = rule.decide(command, seen, context);
  return isRefusal(decision) ? decision : (refuseByPolicy(policies, decision, context) ?? decision);
}

function earlierRun(loaded: Loaded, request: Request): CommandRecord | undefined {
  return loaded.get(commandKey(request)) as CommandRecord | undefined;
}

function answerTo(outcome: CommitOutcome, request: Request, decision: Decided<object>): Attempt {
  switch (outcome.status) {
    case "committed":
      return { result: decision.result };
    case "replayed":
      return { result: replay(outcome, request) };
    case "stale":
      return lostTo(outcome.keys);
    case "busy":
      return { again: "busy", cause: () => lockedByOthers(outcome.keys) };
    case "refused": {
      const refusal = refusalOfGuard(outcome.guard, decision, request.name);
      return { again: "guarded", cause: () => new BookingError(refusal.refused, refusal.details) };
    }
  }
}

/**
 * Rules that search see the records in several reads. In between, a twin of this very command may have taken effect,
 * and what it took must not be refused to its own repeat; or others changed what was read first, and the refusal rests
 * on records that never were there at one time. What still is as it was read first, was so during the last read, too.
 */
async function confirmRefusal(
  settings: EngineSettings,
  request: Request,
  refusal: Refusal,
  { seen, earlier, get }: Loaded,
  context: Context,
): Promise<Attempt> {
  const command = commandKey(request);
  const records = earlier.filter(({ kind }) => kind !== "command");
  const keys = mayHaveRun(request) ? [command, ...records] : records;
  const now = keys.length === 0 ? [] : await settings.storage.load(keys, request.patience.until);
  const twin = now.find((record) => record?.kind === "command");
  if (twin !== undefined) return { result: replay(twin, request) };
  const changed = keys.filter((key, index) => versionOf(get(key)) !== versionOf(now[index]));
  if (changed.length > 0) return lostTo(changed);
  const wouldAgree = (command: Envelope, seen: Seen) =>
    !isRefusal(decide(settings, { ...request, command }, { seen }, context));
  const refused = { name: request.name, command: request.command, seen, wouldAgree };
  return { refusal: await withAlternatives(settings, refusal, refused, request.patience.until) };
}

function versionOf(record: StoredRecord | undefined): number {
  return record === undefined || record.kind === "command" ? 0 : record.version;
}

/** Most losers start again at once, and nobody asks them why. */
function lostTo(keys: readonly RecordKey[]): Attempt {
  return { again: "stale", cause: () => new Error(`Others were faster ${JSON.stringify(keys)}`) };
}

function lockedByOthers(keys: readonly RecordKey[]): StorageError {
  return new StorageError(
    "transient",
    `Other transactions have locked what this command changes: ${keys.map(keyText).join(", ")}. Nothing was changed; try again when they have ended.`,
  );
}

/** After a connection died around the commit: the command's record says whether it took effect. */
async function settleUnknown(settings: EngineSettings, request: Request, lost: unknown): Promise<Attempt> {
  for (;;) {
    try {
      const [earlier] = await settings.storage.load([commandKey(request)], request.patience.until);
      if (earlier === undefined) return { again: "unknown", cause: () => lost };
      return { result: replay(earlier as CommandRecord, request) };
    } catch (error) {
      if (!isStorageError(error)) throw error;
      await again(request, () => lost);
    }
  }
}

/** A command whose outcome was unknown never answers "busy, nothing was changed". */
async function again(request: Request, cause: () => unknown, isInHurry = false): Promise<void> {
  const { patience } = request;
  try {
    await (isInHurry ? patience.check(cause) : patience.pause(cause()));
  } catch (busy) {
    throw request.wasUnknown ? outcomeUnknown(request, cause()) : busy;
  }
}

function outcomeUnknown({ id }: Request, cause: unknown): BookingError {
  return new BookingError("outcome_unknown", { idempotencyKey: id }, cause);
}
