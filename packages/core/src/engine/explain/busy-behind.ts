import type { Slot } from "../../model/slot.ts";
import type { TimeRange } from "../../model/time-range.ts";
import { isBlockedFor, type Marked, markedAmong, timeOf } from "../../rules/busy/marks.ts";
import { hiddenFrom } from "../visible.ts";
import type { Across } from "./across.ts";
import type { Asking } from "./asking.ts";

/** A busy time of another calendar, as `importBusy` stored it: of one that lasts longer, the part within a week. */
export interface BusyFrom extends TimeRange {
  /** The `source` of the import. */
  readonly source: string;
}

/** What is blocked: a stored slot, or a time for which there is none. */
export type Blocked = Across & Partial<Pick<Slot, "id" | "version">>;

/** Most busy times that are named. */
const mostBusy = 10;

/**
 * The busy times that block it, in the order of their starts. Of a slot that is no busy time itself, they are those that have
 * blocked it, if nobody has changed it since. The source is part of the metadata of a busy time's slot: who may not see these is
 * told nothing of it.
 * @param across What lies across it, blocked slots at least.
 */
export async function busyBehind(
  { settings, now }: Asking,
  blocked: Blocked,
  across: readonly Slot[],
): Promise<readonly BusyFrom[]> {
  const found = across.filter(({ status }) => status === "blocked");
  const busy = new Map<string, BusyFrom>();
  for (const { slot, mark } of markedAmong(found).filter((one) => isBehind(one, blocked))) {
    const name = `${timeOf(slot)} ${mark.source}`;
    if (busy.size === mostBusy) break;
    if (busy.has(name)) continue;
    const hidden = await hiddenFrom(settings, { action: "read", now, record: slot });
    const { start, end } = slot;
    if (hidden !== undefined && !hidden.includes("metadata")) busy.set(name, { source: mark.source, start, end });
  }
  return [...busy.values()];
}

function isBehind(one: Marked, { id, version }: Pick<Blocked, "id" | "version">): boolean {
  if (id === undefined || one.slot.id === id) return true;
  return version !== undefined && isBlockedFor({ id, version }, [one]);
}
