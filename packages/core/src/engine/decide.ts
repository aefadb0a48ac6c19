import { type Context, type Decision, isRefusal, type Seen } from "../rules/decision.ts";
import { refuseActor, refuseByPolicy } from "../rules/policy.ts";
import type { EngineSettings } from "./options.ts";
import type { ParsedCommand } from "./request.ts";

/** The host's authorization, then the rule, then the host's policies. */
export function decide(
  { authorize, policies }: EngineSettings,
  { name, command, rule }: Pick<ParsedCommand, "name" | "command" | "rule">,
  seen: Seen,
  context: Context,
): Decision<object> {
  // A repair is the engine's own work. The host does not decide about it.
  if (name === "repair") return rule.decide(command, seen, context);
  const forbidden = refuseActor(authorize, { ...command }, seen, context);
  if (forbidden !== undefined) return forbidden;
  const decision = rule.decide(command, seen, context);
  return isRefusal(decision) ? decision : (refuseByPolicy(policies, decision, context) ?? decision);
}
