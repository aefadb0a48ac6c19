import { BookingError } from "../../errors/index.ts";
import type { Actor } from "../../model/values.ts";
import { audienceFor, holdsFor } from "../../rules/audience.ts";
import { byTimesOf } from "../../rules/policies/by-times.ts";
import type { Policy } from "../../rules/policy.ts";
import { type Sight, unionOf } from "../../rules/sight.ts";
import type { Position } from "../../storage/adapter.ts";
import type { Cursors } from "../cursors.ts";
import { findOpen, openCursors } from "../find-open.ts";
import type { EngineSettings } from "../options.ts";
import { ownHoldsIn } from "../own-holds.ts";
import type { Booker } from "../sight/booking.ts";
import type { SeatSource } from "../sight/seat-source.ts";
import { allowedRows, type Deciding } from "./allowed-rows.ts";
import type { Answers } from "./answers.ts";
import { coveredBy } from "./followed.ts";
import type { LiveOfSubject, LiveSubjectPage } from "./live-slots.ts";
import { type PlainFind, parsedFind } from "./plain-input.ts";
import { recordSource } from "./record-source.ts";
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

/** Searches of live slots for one subject. Reads the subject's appointments, if any policy looks at them. */
export async function followSubject(followed: Followed, booker: Booker): Promise<LiveOfSubject> {
  const { settings, options } = followed;
  const { watches } = followed.answers().following;
  const sight = sightOf(followed, booker);
  const watch = sight?.subject === undefined ? undefined : watchFor(settings, options, booker);
  const means = { ...dividedByTimes(policiesFor(settings, booker.actor)), isHeld: sight !== undefined, watch };
  let isClosed = false;
  if (watch !== undefined) {
    watches.add(watch);
    await watch.readAnew().catch((error: unknown) => {
      watches.delete(watch);
      throw error;
    });
  }
  return {
    async findOpen(input = {}) {
      if (isClosed) throw new BookingError("storage_misused", { problem: closed });
      const asked = parsedFind(followed.answers().following, input);
      // One list, whichever of memory and database answers for the next page.
      const cursors = openCursors({ ...asked, subjectId: booker.subjectId }, booker.actor);
      return find({ ...followed, booker, asked, cursors }, means);
    },
    close() {
      isClosed = true;
      if (watch !== undefined) watches.delete(watch);
    },
  };
}

/** What searches for one subject decide with. */
interface Means {
  readonly deciding: Deciding;
  /** Policies that do not decide by times. */
  readonly others: readonly Policy[];
  /** Whether what the policies look at is held. */
  readonly isHeld: boolean;
  readonly watch: SubjectWatch | undefined;
}

async function find(searching: Searching, { deciding, others, isHeld, watch }: Means): Promise<LiveSubjectPage> {
  if (!isHeld) return findInDatabase(searching);
  const { settings, asked } = searching;
  // A slot of one's own is not counted by the policy that decides about it, as it would be by its time.
  const isOfHolder = asked.holdTokens !== undefined || asked.holderId !== undefined;
  const needsRecords = isOfHolder || settings.authorize !== undefined || others.length > 0;
  const byRecords = isOfHolder ? { deciding: undefined, others: undefined } : { deciding, others };
  const inMemory = needsRecords
    ? await findByRecords(searching, byRecords, watch)
    : findByTimes(searching, deciding, watch);
  return inMemory ?? findInDatabase(searching);
}

const closed = "This search of live slots is closed. Call forSubject() for a new one.";

/** A search on its way. */
interface Searching extends Followed {
  readonly booker: Booker;
  readonly asked: PlainFind;
  readonly cursors: Cursors<Position>;
}

const policiesFor = ({ policies, audienceOf }: EngineSettings, actor: Actor): readonly Policy[] => {
  const audience = audienceFor(audienceOf, actor);
  return policies.filter((policy) => holdsFor(policy.audience, audience));
};

/** What the policies that hold for the actor look at. Undefined if it is more than live slots hold. */
function sightOf({ settings, options }: Followed, { actor }: Booker): Sight | undefined {
  const sight = unionOf(policiesFor(settings, actor).map(({ sees }) => sees));
  // A provider's time at other facilities is then not held.
  return sight.provider !== undefined && options.facilityId !== undefined ? undefined : sight;
}

/** How those of these policies decide by times that can, and the others, which are shown records. */
function dividedByTimes(holding: readonly Policy[]): {
  readonly deciding: Deciding;
  readonly others: readonly Policy[];
} {
  const byTimes = holding.flatMap((policy) => byTimesOf(policy) ?? []);
  const others = holding.filter((policy) => byTimesOf(policy) === undefined);
  const { provider } = unionOf(holding.filter((policy) => !others.includes(policy)).map(({ sees }) => sees));
  const near = provider && { beforeMs: provider.beforeMinutes * 60_000, afterMs: provider.afterMinutes * 60_000 };
  return { deciding: { policies: byTimes, near }, others };
}

function watchFor(settings: EngineSettings, { window }: FollowOptions, { subjectId }: Booker): SubjectWatch {
  const { beforeMinutes = 0 } = settings.sights?.ofAll.subject ?? {};
  const begin = window.from(settings.clock.now().getTime());
  return watchSubject(settings, subjectId, new Date(begin - beforeMinutes * 60_000));
}

/** Undefined if what is held is not enough to decide. */
function findByTimes(
  { settings, answers, asked, cursors }: Searching,
  deciding: Deciding,
  watch: SubjectWatch | undefined,
): LiveSubjectPage | undefined {
  const { following, findOpen } = answers();
  const ofSubject = watch === undefined ? [] : watch.appointments();
  const now = settings.clock.now();
  if (ofSubject === undefined || following.isIncomplete(now.getTime())) return undefined;
  const rows = allowedRows(following.slots(), deciding, { now: now.getTime(), ofSubject });
  const page = findOpen(asked, { now, allows: rows.allows, decided: rows.decided, cursors });
  return rows.isUndecided() ? undefined : { ...page, source: "live" };
}

/** Who decides by times, and which policies are shown records. Undefined if all are. */
interface ByRecords {
  readonly deciding: Deciding | undefined;
  readonly others: readonly Policy[] | undefined;
}

/** The search of the database, with what is held in place of what it reads. Undefined if that is not enough. */
async function findByRecords(
  searching: Searching,
  { deciding, others }: ByRecords,
  watch: SubjectWatch | undefined,
): Promise<LiveSubjectPage | undefined> {
  const { settings, answers, asked, booker } = searching;
  const { following, standing } = answers();
  const slots = following.slots();
  const [ofSubject, times] = watch === undefined ? [[], []] : [watch.ofSubject(), watch.appointments()];
  const now = settings.clock.now();
  const isIncomplete = following.isIncomplete(now.getTime()) || !slots.table.keepsRecords;
  if (ofSubject === undefined || times === undefined || isIncomplete) return undefined;
  const byTimes = deciding && allowedRows(slots, deciding, { now: now.getTime(), ofSubject: times });
  const shown = others ?? policiesFor(settings, booker.actor);
  const sight = unionOf(shown.map(({ sees }) => sees));
  const source = recordSource(slots, { sight, byTimes, ofSubject, own: ownHoldsIn(asked) });
  // What comes while `authorize` takes its time may be in the answer or not.
  const known = standing(now);
  const page = await findIn({ ...searching, settings: { ...settings, policies: shown } }, now, source);
  return source.isUndecided() ? undefined : { ...page, ...known, source: "live" };
}

async function findInDatabase(searching: Searching): Promise<LiveSubjectPage> {
  const asOf = searching.settings.clock.now();
  const page = await findIn(searching, asOf);
  return { ...page, source: "database", cursor: null, asOf, behindMs: 0, isStale: false };
}

function findIn({ settings, options, answers, booker, asked, cursors }: Searching, now: Date, source?: SeatSource) {
  const search = { ...asked, ...coveredBy(answers().following, options, asked, now), subjectId: booker.subjectId };
  return findOpen({ ...settings, actor: booker.actor }, search, { cursors, source });
}
