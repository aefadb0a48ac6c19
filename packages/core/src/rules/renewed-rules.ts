import type { Availability } from "../model/availability.ts";
import type { TimeRange } from "../model/time-range.ts";
import { withRulesOf } from "../model/zone-rules.ts";
import { type Change, type Context, changeAvailability } from "./decision.ts";

/** The hours with the rules of their zone as they are now, up to the end of a time. Nothing if they have these already. */
export function renewedRules(
  availability: Availability | undefined,
  { end }: Pick<TimeRange, "end">,
  context: Context,
): readonly Change[] {
  if (availability === undefined) return [];
  const { timeZone, zoneRules } = availability;
  const rules = withRulesOf(timeZone, zoneRules, context.now, end);
  return rules === zoneRules ? [] : [changeAvailability(availability, { zoneRules: rules }, context)];
}
