import type { Actor } from "../../model/values.ts";
import { audienceFor, holdsFor } from "../../rules/audience.ts";
import { byTimesOf } from "../../rules/policies/by-times.ts";
import type { Policy } from "../../rules/policy.ts";
import { type Sight, unionOf } from "../../rules/sight.ts";
import type { EngineSettings } from "../options.ts";
import { type HoldsInput, ownHoldsIn } from "../own-holds.ts";
import type { Page } from "../page.ts";
import type { Booker } from "../sight/booking.ts";
import { allowedRows, type Deciding, type RowsAllowed } from "./allowed-rows.ts";
import type { Answers } from "./answers.ts";
import type { LiveStanding, LiveSubjectStanding } from "./live-slots.ts";
import type { SeenInMemory } from "./record-source.ts";
import { type SubjectWatch, watchSubject } from "./subject-watch.ts";
import type { FollowOptions } from "./window-slots.ts";

/** What is followed, and how it is asked. */
export interface Followed {
  readonly settings: EngineSettings;
  readonly options: FollowOptions;
  /**
   * Asked each time, so that who keeps a search does not keep the memory of slots that are closed.
   * @throws BookingError `storage_misused` once the live slots are closed
   */
  readonly answers: () => Answers;
}

/** What searches for one subject decide with. */
export interface Means {
  readonly booker: Booker;
  readonly deciding: Deciding;
  /** Policies that do not decide by times. */
  readonly others: readonly Policy[];
  /** Whether what the policies look at is held. */
  readonly isHeld: boolean;
  readonly watch: SubjectWatch | undefined;
}

/** One search for a subject, by each of the ways in which it may be decided. */
export interface Ways<Item> {
  /** The holds that it names, if it takes any. */
  readonly asked: HoldsInput;
  readonly byTimes: (rows: RowsAllowed, now: Date) => Promise<Page<Item> & LiveStanding>;
  /** The search of the database, with what is held in place of what it reads. */
  readonly byRecords: (settings: EngineSettings, seen: SeenInMemory, now: Date) => Promise<FoundInMemory<Item>>;
  readonly inDatabase: (now: Date) => Promise<Page<Item>>;
}

/** What was found, and whether something was met that cannot be decided from memory. */
export interface FoundInMemory<Item> {
  readonly page: Page<Item>;
  readonly isUndecided: boolean;
}

type Answer<Item> = Page<Item> & LiveSubjectStanding;

/** What one actor's searches for one subject need. */
export function meansFor({ settings, options }: Followed, booker: Booker): Means {
  const sight = sightOf({ settings, options }, booker);
  const watch = sight?.subject === undefined ? undefined : watchSubject(settings, booker.subjectId);
  return { booker, ...dividedByTimes(policiesFor(settings, booker.actor)), isHeld: sight !== undefined, watch };
}

/** Decides from memory if what is held is enough, or else in the database. */
export async function findForSubject<Item>(followed: Followed, means: Means, ways: Ways<Item>): Promise<Answer<Item>> {
  const found = means.isHeld ? await findInMemory(followed, means, ways) : undefined;
  if (found !== undefined) return found;
  const asOf = followed.settings.clock.now();
  const page = await ways.inDatabase(asOf);
  return { ...page, source: "database", cursor: null, asOf, behindMs: 0, isStale: false };
}

function findInMemory<Item>(followed: Followed, means: Means, ways: Ways<Item>): Promise<Answer<Item> | undefined> {
  const needsRecords = followed.settings.authorize !== undefined || means.others.length > 0;
  return (needsRecords ? findByRecords : findByTimes)(followed, means, ways);
}

/** Undefined if what is held is not enough to decide. */
async function findByTimes<Item>(
  { settings, answers }: Followed,
  { deciding, watch }: Pick<Means, "deciding" | "watch">,
  { byTimes }: Ways<Item>,
): Promise<Answer<Item> | undefined> {
  const { following, isIncomplete } = answers();
  const now = settings.clock.now();
  const ofSubject = watch === undefined ? [] : watch.times(now);
  if (isIncomplete(now) || ofSubject === undefined) return undefined;
  const rows = allowedRows(following.slots(), deciding, { now: now.getTime(), ofSubject });
  const page = await byTimes(rows, now);
  return rows.isUndecided() ? undefined : { ...page, source: "live" };
}

/** Undefined if what is held is not enough to decide. */
async function findByRecords<Item>(
  { settings, answers }: Followed,
  { booker, deciding, others: policies, watch }: Means,
  { asked, byRecords }: Ways<Item>,
): Promise<Answer<Item> | undefined> {
  const { following, standing, isIncomplete } = answers();
  const slots = following.slots();
  const now = settings.clock.now();
  const [ofSubject, times] = watch === undefined ? [[], []] : [watch.ofSubject(now), watch.times(now)];
  if (isIncomplete(now) || !slots.table.keepsRecords) return undefined;
  if (ofSubject === undefined || times === undefined) return undefined;
  const byTimes = allowedRows(slots, deciding, { now: now.getTime(), ofSubject: times });
  const sight = unionOf(policies.map(({ sees }) => sees));
  // What comes while `authorize` takes its time may be in the answer or not.
  const known = standing(now);
  const shown = { ...settings, actor: booker.actor, policies };
  const { page, isUndecided } = await byRecords(shown, { sight, byTimes, ofSubject, own: ownHoldsIn(asked) }, now);
  return isUndecided ? undefined : { ...page, ...known, source: "live" };
}

const policiesFor = ({ policies, audienceOf }: EngineSettings, actor: Actor): readonly Policy[] => {
  const audience = audienceFor(audienceOf, actor);
  return policies.filter((policy) => holdsFor(policy.audience, audience));
};

/** What the policies that hold for the actor look at. Undefined if it is more than live slots hold. */
function sightOf({ settings, options }: Omit<Followed, "answers">, { actor }: Booker): Sight | undefined {
  const sight = unionOf(policiesFor(settings, actor).map(({ sees }) => sees));
  // A provider's time at other facilities is then not held.
  return sight.provider !== undefined && options.facilityId !== undefined ? undefined : sight;
}

/** How those of these policies decide by times that can, and the others, which are shown records. */
function dividedByTimes(holding: readonly Policy[]): Pick<Means, "deciding" | "others"> {
  const byTimes = holding.flatMap((policy) => byTimesOf(policy) ?? []);
  const others = holding.filter((policy) => byTimesOf(policy) === undefined);
  const { provider } = unionOf(holding.filter((policy) => !others.includes(policy)).map(({ sees }) => sees));
  const near = provider && { beforeMs: provider.beforeMinutes * 60_000, afterMs: provider.afterMinutes * 60_000 };
  return { deciding: { policies: byTimes, near }, others };
}
