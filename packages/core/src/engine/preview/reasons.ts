import type { Refusal } from "../../errors/index.ts";
import { type Context, type Decided, isRefusal, type Seen } from "../../rules/decision.ts";
import type { Policy } from "../../rules/policy.ts";
import { isBlind, takingCommands } from "../../rules/sight.ts";
import { type CommandAndRule, refuseUnknownPolicy, verdictsOn } from "../decide.ts";
import type { EngineSettings } from "../options.ts";
import { type Supposed, withoutObstacle } from "./suppose.ts";

/**
 * All reasons against a command, that which it would be refused with first, or what it would change. A rule names the
 * first thing in its way, so it is asked again as if that were not there. It is asked about nothing that was not read.
 */
export function reasonsAgainst(
  settings: EngineSettings,
  asked: CommandAndRule,
  seen: Seen,
  context: Context,
): readonly [Refusal, ...Refusal[]] | Decided<object> {
  const unknown = refuseUnknownPolicy(settings, asked);
  if (unknown !== undefined) return [unknown];
  const reasons: Refusal[] = [];
  let supposed: Supposed | undefined = { command: asked.command, seen, done: new Set(), overlaps: 0 };
  while (supposed !== undefined) {
    const decision = asked.rule.decide(supposed.command, supposed.seen, context);
    if (!isRefusal(decision)) {
      const verdicts = verdictsOn(
        withSight(settings, supposed, context),
        { ...asked, command: supposed.command },
        decision,
        supposed.seen,
        context,
      );
      reasons.push(...[...verdicts].filter(isRefusal));
      return isSome(reasons) ? reasons : decision;
    }
    if (isSome(reasons) && isUnread(decision, asked, seen, context)) break;
    reasons.push(decision);
    supposed = withoutObstacle(decision, supposed, context);
  }
  return reasons as [Refusal, ...Refusal[]];
}

/** Whether only a supposition asks for the slot. Nobody knows then whether it is there. */
function isUnread({ details }: Refusal, { rule, command }: CommandAndRule, seen: Seen, context: Context): boolean {
  if (!("slotId" in details) || seen.slot(details.slotId) !== undefined) return false;
  return !rule.reads(command, seen, context).keys.some(({ kind, id }) => kind === "slot" && id === details.slotId);
}

/** Policies that see something are not asked about a supposition of which nobody has read what lies around. */
function withSight(settings: EngineSettings, { seen, command }: Supposed, context: Context): EngineSettings {
  if (!takingCommands.has(context.command.name)) return settings;
  const isReadOf = { place: seen.around !== undefined, holder: seen.ofHolder !== undefined || !command.holderId };
  const isShown = ({ sees = {} }: Policy) => (isReadOf.place || isBlind(sees)) && (isReadOf.holder || !sees.holder);
  return { ...settings, policies: settings.policies.filter(isShown) };
}

const isSome = <T>(items: readonly T[]): items is readonly [T, ...T[]] => items.length > 0;
