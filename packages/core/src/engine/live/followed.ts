import { BookingError } from "../../errors/index.ts";
import type { InputIssue } from "../../model/input-issue.ts";
import { refuseForRange } from "../../rules/time.ts";
import type { Following } from "./following.ts";
import { answeredTo } from "./live-window.ts";
import type { ProviderRows } from "./provider-rows.ts";
import type { SlotTable } from "./slot-table.ts";
import type { FollowOptions } from "./window-slots.ts";

/** Which part of what is followed an input asks about. */
export interface Asked {
  readonly providerIds?: readonly string[] | undefined;
  readonly facilityId?: string | undefined;
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
}

/** Where an answer is looked for. */
export interface Scope {
  readonly providers: Iterable<ProviderRows>;
  readonly facilityId: string | undefined;
  readonly from: number;
  readonly to: number;
}

/**
 * The part of the held slots that an input asks about.
 * @throws BookingError `invalid_input` about what is not followed, which would look like what is not free
 */
export function scopeOf(following: Following, { window, ...wanted }: FollowOptions, asked: Asked, now: number): Scope {
  const { facilityId = wanted.facilityId } = asked;
  if (wanted.facilityId !== undefined && facilityId !== wanted.facilityId) throw notFollowed("facilityId");
  const [from, to] = [asked.from?.getTime(), asked.to?.getTime()];
  const [begin, end] = [window.from(now), window.to(now)];
  if (from !== undefined && to !== undefined && from > to) throw endsBefore(from, to);
  // What a window that moves has left behind is over.
  if (from !== undefined && (from > end || (from < begin && !window.isMoving))) throw notFollowed("from");
  if (to !== undefined && to < begin && !window.isMoving) throw notFollowed("to");
  if (to !== undefined && to > Math.max(end, answeredTo(window, following.slots().loadedTo))) throw notFollowed("to");
  const scopeFrom = Math.max(from ?? begin, begin);
  return {
    providers: providersOf(following, wanted.providerIds, asked.providerIds),
    // Every slot that is held is at the facility that is followed.
    facilityId: wanted.facilityId === undefined ? facilityId : undefined,
    from: scopeFrom,
    to: Math.max(to ?? end, scopeFrom),
  };
}

/** Which time and place of an input a search has to be told, so that it searches no more than is followed. */
export function coveredBy(following: Following, options: FollowOptions, asked: Asked, now: Date) {
  const { from, to } = scopeOf(following, options, asked, now.getTime());
  const { facilityId = options.facilityId } = asked;
  return { from: new Date(from), to: new Date(to), facilityId };
}

/** Each search marks its providers, so that one that is named twice is searched once. A set takes longer. */
let searches = 0;

function providersOf(
  following: Following,
  followed: ReadonlySet<string> | undefined,
  asked: readonly string[] | undefined,
): Iterable<ProviderRows> {
  const { table } = following.slots();
  if (asked !== undefined && followed !== undefined) {
    for (let index = 0; index < asked.length; index++) {
      const id = asked[index] as string;
      if (!table.providers.has(id) && !followed.has(id)) throw notFollowed(`providerIds.${index}`);
    }
  }
  return providersAmong(table, asked);
}

/** Those that have slots here, each once. */
export function providersAmong({ providers }: SlotTable, asked: readonly string[] | undefined): Iterable<ProviderRows> {
  if (asked === undefined) return providers.values();
  const found: ProviderRows[] = [];
  searches += 1;
  for (let index = 0; index < asked.length; index++) {
    const rows = providers.get(asked[index] as string);
    if (rows !== undefined && rows.lastSearch !== searches) {
      rows.lastSearch = searches;
      found.push(rows);
    }
  }
  return found;
}

const notAmong =
  "is not among what follow() was asked for, so an answer would look as if nothing were free. Ask within that, or follow more";

export function notFollowed(path: string, message = notAmong): BookingError {
  const issue: InputIssue = { path, code: "invalid", message };
  return new BookingError("invalid_input", { issues: [issue] });
}

function endsBefore(from: number, to: number): BookingError {
  const { refused, details } = refuseForRange("ends_before_start", { start: new Date(from), end: new Date(to) });
  return new BookingError(refused, details);
}
