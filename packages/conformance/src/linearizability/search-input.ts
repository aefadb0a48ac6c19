import type { Actor, OverlapScope } from "@slotwright/core";
import type { StoredSettings } from "@slotwright/core/adapter";
import type { HistoryCall, SearchName } from "./history.ts";

/** What a search asks for, of its call. */
export interface SearchInput {
  readonly providerIds?: readonly string[] | undefined;
  readonly facilityId?: string | undefined;
  /** How long a time is to last. Undefined of `findOpen`. */
  readonly minutes?: number | undefined;
  readonly from?: Date | undefined;
  readonly to?: Date | undefined;
  readonly descending: boolean;
  readonly limit: number;
  /** For whom something is to be booked, and by whom. */
  readonly booker?: { readonly actor: Actor; readonly subjectId: string } | undefined;
  readonly holdTokens: readonly string[];
  readonly holderId?: string | undefined;
  readonly overlapScope: OverlapScope;
}

const usualLimit = 50;
const dayMs = 24 * 60 * 60_000;

/** A search for times goes from now on, and 62 days at most. */
const longestMs = 62 * dayMs;

export function searchInput(
  { name, input, calledAt }: HistoryCall & { readonly name: SearchName },
  { overlapScope }: StoredSettings,
): SearchInput {
  const { actor, subjectId, from, to, order, limit = usualLimit, holdTokens = [], ...others } = input as Given;
  const begin = from === undefined ? undefined : new Date(from);
  const end = to === undefined ? undefined : new Date(to);
  const isOfTimes = name === "findTimes";
  const first = begin ?? (isOfTimes ? new Date(calledAt) : undefined);
  const last = end ?? (isOfTimes && first ? new Date(first.getTime() + longestMs) : undefined);
  const booker = actor && subjectId !== undefined ? { actor, subjectId } : undefined;
  return { ...others, from: first, to: last, descending: order === "latest", limit, booker, holdTokens, overlapScope };
}

/** The input of either search, as JSON, with the actor of the engine. */
interface Given {
  readonly providerIds?: readonly string[];
  readonly facilityId?: string;
  readonly minutes?: number;
  readonly from?: string;
  readonly to?: string;
  readonly order?: string;
  readonly limit?: number;
  readonly actor?: Actor;
  readonly subjectId?: string;
  readonly holdTokens?: readonly string[];
  readonly holderId?: string;
}

/**
 * The parts in which a search for times reads, in its order: a day, and then twice as long each time. What it finds in one part
 * was so at one moment.
 */
export function partsOf({ from, to, descending }: SearchInput): readonly (readonly [from: number, to: number])[] {
  const [first, last] = [Number(from), Number(to)];
  const parts: (readonly [number, number])[] = [];
  for (let [done, length] = [0, dayMs]; done < last - first; length = Math.min(2 * length, 32 * dayMs)) {
    const next = Math.min(done + length, last - first);
    parts.push(descending ? [last - next, last - done] : [first + done, first + next]);
    done = next;
  }
  return parts;
}
