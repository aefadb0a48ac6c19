import { type Refusal, refuse } from "../errors/index.ts";
import type { Override } from "../model/override.ts";
import { audienceFor } from "../rules/audience.ts";
import { type Forbidden, refuseActor, refuseOverride } from "../rules/authorize.ts";
import { type Context, type Decided, type Decision, isRefusal, type Seen } from "../rules/decision.ts";
import { objections } from "../rules/policy.ts";
import type { EngineSettings } from "./options.ts";
import type { ParsedCommand } from "./request.ts";

export type CommandAndRule = Pick<ParsedCommand, "name" | "command" | "rule">;

/** The host's authorization, then the rule, then the policies. */
export function decide(
  settings: EngineSettings,
  asked: CommandAndRule,
  seen: Seen,
  context: Context,
): Decision<object> {
  return forbid(settings, asked, seen, context)?.refusal ?? decideAllowed(settings, asked, seen, context);
}

/** What the host's authorization says against it. */
export function forbid(
  { authorize }: EngineSettings,
  { name, command }: CommandAndRule,
  seen: Seen,
  context: Context,
): Forbidden | undefined {
  // A repair is the engine's own work. The host decides about `reconcile` as a whole.
  return name === "repair" ? undefined : refuseActor(authorize, { ...command }, seen, context);
}

/** By what policies are asked, and passed. */
export type PolicySettings = Pick<EngineSettings, "policies" | "audienceOf" | "authorize">;

/** The rule, then the policies. */
export function decideAllowed(
  settings: PolicySettings,
  asked: CommandAndRule,
  seen: Seen,
  context: Context,
): Decision<object> {
  const decision = refuseUnknownPolicy(settings, asked) ?? asked.rule.decide(asked.command, seen, context);
  if (asked.name === "repair" || isRefusal(decision)) return decision;
  const passed: Override[] = [];
  for (const verdict of verdictsOn(settings, asked, decision, seen, context)) {
    if (isRefusal(verdict)) return verdict;
    passed.push(verdict);
  }
  return passed.length === 0 ? decision : withOverrides(decision, passed);
}

/**
 * What comes of each policy that has something against a decision: its refusal, that of `authorize` to pass it, or the
 * override that passes it.
 */
export function* verdictsOn(
  { policies, audienceOf, authorize }: PolicySettings,
  { command }: CommandAndRule,
  decision: Decided<object>,
  seen: Seen,
  context: Context,
): Generator<Refusal | Override> {
  // Without a policy, a booking does not pay for an answer about its actor.
  if (policies.length === 0) return;
  const audience = audienceFor(audienceOf, command.actor);
  for (const { policy, refusal } of objections(policies, audience, decision, seen, context)) {
    const override = command.override?.find((one) => one.policy === policy);
    yield override === undefined
      ? refusal
      : (refuseOverride(authorize, override, { ...command }, seen, context) ?? override);
  }
}

/** An override of a policy that is not there would look as if it had been needed. */
export function refuseUnknownPolicy(
  { policies }: Pick<EngineSettings, "policies">,
  { command }: CommandAndRule,
): Refusal | undefined {
  const index = command.override?.findIndex(({ policy }) => !policies.some(({ name }) => name === policy)) ?? -1;
  if (index === -1) return undefined;
  const options = policies.map(({ name }) => name);
  const known = options.length === 0 ? "and it has none" : `which has ${options.map((name) => `"${name}"`).join(", ")}`;
  const message = `must be the name of a policy of this engine, ${known}`;
  return refuse("invalid_input", {
    issues: [{ path: `override.${index}.policy`, code: "not_an_option", options, message }],
  });
}

/** Each entry of the command says what it passed. */
function withOverrides(decision: Decided<object>, overrides: readonly Override[]): Decided<object> {
  return { ...decision, journal: decision.journal.map((entry) => ({ ...entry, overrides })) };
}
