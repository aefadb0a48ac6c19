import type { Policy } from "../policy.ts";
import { alwaysByTimes, decidingByTimes } from "./by-times.ts";
import { audienceIn, checkedCount, counted, type MaximumHoldsOptions } from "./options.ts";

/**
 * A holder has at most so many holds at a time, one over several slots counted once. A hold that names no holder is
 * refused: it could not be counted. Slots that are held for a request or an offer do not count.
 *
 * @throws BookingError `invalid_input`
 * @example
 * ```ts
 * const policies = [maximumHolds({ count: 2, audience: ["self_service"] })];
 * ```
 */
export function maximumHolds(options: MaximumHoldsOptions): Policy {
  const audience = audienceIn(options, "count");
  const count = checkedCount(options);
  const policy: Policy = {
    name: "maximum_holds",
    ...audience,
    sees: { holder: true },
    check({ command, slots, ofHolder }) {
      if (command !== "hold") return undefined;
      if ((slots[0]?.hold?.holderId ?? null) === null) {
        const unknown = "A time cannot be kept for somebody who is not known. Sign in first.";
        return { problem: unknown, values: { count }, helps: ["more_rights"] };
      }
      if (new Set(ofHolder.map(({ hold }) => hold?.tokenHash)).size < count) return undefined;
      const problem = `You are keeping ${counted(count, "time")} already, and cannot keep more. Book one of them, or give it back.`;
      return { problem, values: { count }, helps: ["more_rights", "later"] };
    },
  };
  return decidingByTimes(policy, alwaysByTimes);
}
