import type { CommandName } from "../model/journal.ts";
import type { Override } from "../model/override.ts";
import type { RecordKey } from "../model/record.ts";
import type { Actor } from "../model/values.ts";
import type { Context, Rule } from "../rules/decision.ts";
import type { Wish } from "./alternatives.ts";
import { commandIdOf } from "./command-id.ts";
import type { CommandIdentity } from "./engine-storage.ts";
import { requestHash, sha256 } from "./hash.ts";
import type { EngineSettings } from "./options.ts";
import { type Patience, patienceOf } from "./retry.ts";
import type { Finder } from "./spread.ts";

/** A command as its schema made it, and the rule that decides it. */
export interface ParsedCommand<Result = object> {
  readonly name: CommandName;
  readonly command: Envelope;
  readonly rule: Rule<unknown, Result>;
  /** The name of its request in the hash. */
  readonly hashedAs: string;
}

/** A command on its way: parsed, with the id under which it takes effect once. */
export interface Request extends Omit<ParsedCommand, "hashedAs">, CommandIdentity {
  /** Whether a commit's outcome was unknown. It may take effect at any time, so nothing else is certain any more. */
  readonly wasUnknown: boolean;
  /** The idempotency key, which the engine made if the caller sent none. */
  readonly key: string;
  readonly patience: Patience;
  readonly finder: Finder;
  /** Whether it is only asked what would become of it. Default `false`. */
  readonly isPreview?: boolean;
}

export interface Envelope extends Wish {
  readonly actor: Actor;
  readonly reason?: string | undefined;
  readonly idempotencyKey?: string | undefined;
  readonly override?: readonly Override[] | undefined;
  readonly ifVersion?: number | undefined;
  readonly ifNoSlot?: "refuse" | "schedule";
  readonly subjectId?: string | undefined;
  readonly holderId?: string | undefined;
  readonly holdToken?: string | readonly string[] | undefined;
}

export function requestOf(settings: EngineSettings, { name, command, rule, hashedAs }: ParsedCommand): Request {
  const { actor, idempotencyKey } = command;
  const key = idempotencyKey ?? settings.newId();
  let hash: string | undefined;
  return {
    name,
    command,
    rule,
    key,
    // Also of a key that the engine made: `outcome_unknown` gives it to the caller for a repeat.
    id: commandIdOf(key, actor, settings.idempotencyScope),
    requestHash: () => {
      hash ??= requestHash(hashedAs, { ...command });
      return hash;
    },
    wasUnknown: false,
    patience: patienceOf(settings, idempotencyKey ?? null),
    finder: settings.spread(),
  };
}

export function contextOf(settings: EngineSettings, { name, id, command }: Request): Context {
  const { overlapScope, newId, newToken, clock } = settings;
  const { actor, reason = null } = command;
  return { now: clock.now(), command: { name, id }, actor, reason, overlapScope, newId, newToken, hash: sha256 };
}

/**
 * Whether a command with this id may have taken effect: the host chose the id, or a commit's outcome was unknown. Each
 * attempt then looks for its record too. Otherwise it would mistake its own work for somebody else's.
 */
export function mayHaveRun({ command, wasUnknown }: Request): boolean {
  return wasUnknown || command.idempotencyKey !== undefined;
}

export function commandKey({ id }: Pick<Request, "id">): RecordKey {
  return { kind: "command", id };
}
