import type { Refusal } from "../../errors/index.ts";
import type { Slot } from "../../model/slot.ts";
import { type Context, type Decided, isRefusal, type Seen } from "../../rules/decision.ts";
import type { Policy } from "../../rules/policy.ts";
import { isBlind, takingCommands } from "../../rules/sight.ts";
import { type CommandAndRule, refuseUnknownPolicy, verdictsOn } from "../decide.ts";
import type { EngineSettings } from "../options.ts";
import type { Envelope } from "../request.ts";

/** What a rule would decide if something that is in the way were not. */
interface Supposed {
  readonly command: Envelope;
  readonly seen: Seen;
  /** The slots that were taken for free. */
  readonly freed: readonly string[];
}

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
  let supposed: Supposed | undefined = { command: asked.command, seen, freed: [] };
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
    const next = withoutObstacle(decision, supposed);
    // A second refusal about a slot that was supposed free tells of the supposition.
    if (next !== "supposed") reasons.push(decision);
    supposed = next === "supposed" ? undefined : next;
  }
  return reasons as [Refusal, ...Refusal[]];
}

/** Policies that see something are not asked about a supposition of which nobody has read what lies around. */
function withSight(settings: EngineSettings, { seen, command }: Supposed, context: Context): EngineSettings {
  if (!takingCommands.has(context.command.name)) return settings;
  const isReadOf = { place: seen.around !== undefined, holder: seen.ofHolder !== undefined || !command.holderId };
  const isShown = ({ sees = {} }: Policy) => (isReadOf.place || isBlind(sees)) && (isReadOf.holder || !sees.holder);
  return { ...settings, policies: settings.policies.filter(isShown) };
}

const isSome = <T>(items: readonly T[]): items is readonly [T, ...T[]] => items.length > 0;

/** The same without what the refusal names. Undefined where there is nothing to go on with. */
function withoutObstacle({ refused, details }: Refusal, supposed: Supposed): Supposed | "supposed" | undefined {
  if (refused === "version_conflict") return { ...supposed, command: { ...supposed.command, ifVersion: undefined } };
  if (refused === "no_slot_available") {
    // Only a booking goes on without a slot.
    if (supposed.command.ifNoSlot !== "refuse") return undefined;
    return { ...supposed, command: { ...supposed.command, ifNoSlot: "schedule" } };
  }
  const slotId = "slotId" in details ? details.slotId : undefined;
  const slot = slotId === undefined ? undefined : supposed.seen.slot(slotId);
  if (slot === undefined) return undefined;
  const { freed } = supposed;
  if (refused === "time_mismatch") {
    const longer = { ...slot, start: earlier(slot.start, details.start), end: later(slot.end, details.end) };
    return withSlot(supposed, longer);
  }
  if (freed.includes(slot.id)) return "supposed";
  const free = { ...slot, status: "available", appointmentId: null, hold: null } as const;
  return withSlot({ ...supposed, freed: [...freed, slot.id] }, free);
}

function withSlot(supposed: Supposed, slot: Slot): Supposed {
  const { seen } = supposed;
  return { ...supposed, seen: { ...seen, slot: (id) => (id === slot.id ? slot : seen.slot(id)) } };
}

const earlier = (one: Date, other: Date): Date => (one < other ? one : other);
const later = (one: Date, other: Date): Date => (one > other ? one : other);
