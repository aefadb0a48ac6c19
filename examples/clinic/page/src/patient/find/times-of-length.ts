import type { Calls } from "@slotwright/client";
import type { FindTimesInput, FreeTime } from "@slotwright/core";

/** In milliseconds: how far ahead other times are looked for. */
export const aheadMs = 28 * 24 * 60 * 60 * 1000;

/** A page may have few times where rules keep many from the person. */
const mostPages = 5;

/** All free times of a length, as far as a few pages reach. */
export async function timesOfLength(
  calls: Pick<Calls, "findTimes">,
  wanted: Omit<FindTimesInput, "cursor">,
): Promise<readonly FreeTime[]> {
  const times: FreeTime[] = [];
  for (
    let [cursor, pages] = [null as string | null, 0];
    pages === 0 || (cursor !== null && pages < mostPages);
    pages++
  ) {
    const page = await calls.findTimes({ ...wanted, cursor });
    times.push(...page.items);
    cursor = page.nextCursor;
  }
  return times;
}
