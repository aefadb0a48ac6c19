import { type Forbidden, refuseActor } from "../rules/authorize.ts";
import { type Context, type Decision, isRefusal, type Seen } from "../rules/decision.ts";
import { refuseByPolicy } from "../rules/policy.ts";
import type { EngineSettings } from "./options.ts";
import type { ParsedCommand } from "./request.ts";

type AskedCommand = Pick<ParsedCommand, "name" | "command" | "rule">;

/** The host's authorization, then the rule, then the host's policies. */
export function decide(settings: EngineSettings, asked: AskedCommand, seen: Seen, context: Context): Decision<object> {
  return forbid(settings, asked, seen, context)?.refusal ?? decideAllowed(settings, asked, seen, context);
}

/** What the host's authorization says against it. */
export function forbid(
  { authorize }: EngineSettings,
  { name, command }: AskedCommand,
  seen: Seen,
  context: Context,
): Forbidden | undefined {
  // A repair is the engine's own work. The host decides about `reconcile` as a whole.
  return name === "repair" ? undefined : refuseActor(authorize, { ...command }, seen, context);
}

/** The rule, then the host's policies. */
export function decideAllowed(
  { policies }: EngineSettings,
  { name, command, rule }: AskedCommand,
  seen: Seen,
  context: Context,
): Decision<object> {
  const decision = rule.decide(command, seen, context);
  if (name === "repair" || isRefusal(decision)) return decision;
  return refuseByPolicy(policies, decision, context) ?? decision;
}
