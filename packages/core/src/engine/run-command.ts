import { BookingError } from "../errors/index.ts";
import type { CommandName } from "../model/journal.ts";
import type { Actor } from "../model/values.ts";
import type { Rule } from "../rules/decision.ts";
import { type CommandResult, rules } from "../rules/index.ts";
import { afterFailure, beforeRepeat } from "./after-failure.ts";
import type { Attempt, Repeat } from "./attempt.ts";
import { commitOnRead } from "./commit-on-read.ts";
import { commitOnRemembered, type Remembered, rememberedFor } from "./commit-on-remembered.ts";
import type { EngineSettings } from "./options.ts";
import { parseCommand } from "./parse-command.ts";
import { type Envelope, type ParsedCommand, type Request, requestOf } from "./request.ts";

/**
 * The command that a caller means, with its rule.
 * @param actor That of the engine, if it has one.
 * @throws BookingError `invalid_input`
 */
export function commandFrom<Name extends CommandName>(
  name: Name,
  input: unknown,
  actor?: Actor,
): ParsedCommand<CommandResult<Name>> {
  const rule = rules[name] as Rule<unknown, CommandResult<Name>>;
  return { name, command: parseCommand(name, input, actor) as Envelope, rule, hashedAs: name };
}

/**
 * Attempts the command until there is an answer: once from what the engine remembers, then from what it reads.
 * @throws BookingError
 */
export async function runCommand<Result extends object>(
  settings: EngineSettings,
  parsed: ParsedCommand<Result>,
): Promise<Result> {
  let request = requestOf(settings, parsed);
  let last: Repeat | undefined;
  try {
    let attempt = await attemptCommand(settings, request, rememberedFor(settings, request));
    while (attempt.again !== undefined) {
      if (attempt.again === "unknown") request = { ...request, wasUnknown: true };
      await beforeRepeat(request, attempt, last);
      last = attempt;
      attempt = await attemptInTurn(settings, request, last);
    }
    if ("refusal" in attempt) throw new BookingError(attempt.refusal.refused, attempt.refusal.details);
    if (!settings.isHostTransaction) noteCommit(settings);
    return attempt.result as Result;
  } finally {
    request.finder.leave();
  }
}

/**
 * Where each command goes by itself, one that has lost an agenda waits for its turn. Not within a host's transaction:
 * others may wait for its locks.
 */
async function attemptInTurn(settings: EngineSettings, request: Request, { agendaIds }: Repeat): Promise<Attempt> {
  const { agendaTurns, isHostTransaction } = settings;
  if (agendaIds === undefined || agendaTurns === undefined || isHostTransaction)
    return attemptCommand(settings, request);
  let release: (() => void) | undefined;
  try {
    release = await agendaTurns.take(agendaIds, request.patience.until);
  } catch (error) {
    return afterFailure(settings, request, error);
  }
  return attemptCommand(settings, request).finally(release);
}

async function attemptCommand(settings: EngineSettings, request: Request, remembered?: Remembered): Promise<Attempt> {
  try {
    if (!settings.agreement.isMade()) await agree(settings);
    const attempt = remembered && (await commitOnRemembered(settings, request, remembered));
    return attempt ?? (await commitOnRead(settings, request));
  } catch (error) {
    return afterFailure(settings, request, error);
  }
}

/** Runs before the first command: two engines that see overlap differently would book one provider twice. */
async function agree({ storage, agreement, isHostTransaction }: EngineSettings): Promise<void> {
  await (isHostTransaction ? agreement.makeWithin(storage) : agreement.make(storage));
}

/** Those who follow the feed need not wait for the next poll. */
function noteCommit({ noteAnswer, feedTail }: EngineSettings): void {
  noteAnswer();
  feedTail.notice();
}
