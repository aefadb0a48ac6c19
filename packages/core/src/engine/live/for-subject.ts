import { BookingError } from "../../errors/index.ts";
import { audienceFor, holdsFor } from "../../rules/audience.ts";
import { byTimesOf } from "../../rules/policies/by-times.ts";
import { unionOf } from "../../rules/sight.ts";
import type { Position } from "../../storage/adapter.ts";
import type { Cursors } from "../cursors.ts";
import { findOpen, openCursors } from "../find-open.ts";
import type { EngineSettings } from "../options.ts";
import type { Booker } from "../sight/booking.ts";
import { allowedRows, type Deciding } from "./allowed-rows.ts";
import type { Answers } from "./answers.ts";
import { coveredBy } from "./followed.ts";
import type { LiveOfSubject, LiveSubjectPage } from "./live-slots.ts";
import { type PlainFind, parsedFind } from "./plain-input.ts";
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
  const deciding = decidingFor(followed, booker);
  const watch = deciding?.watches === true ? watchFor(settings, options, booker) : undefined;
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
      // One list, whichever of the two answers for the next page.
      const cursors = openCursors({ ...asked, subjectId: booker.subjectId }, booker.actor);
      // Policies do not count the slot itself that is booked, and in memory it is held like any other.
      const isOfHolder = asked.holdTokens !== undefined || asked.holderId !== undefined;
      const inMemory = isOfHolder
        ? undefined
        : deciding && findInMemory(followed, { ...deciding, watch }, asked, cursors);
      return inMemory ?? findInDatabase(followed, booker, asked, cursors);
    },
    close() {
      isClosed = true;
      if (watch !== undefined) watches.delete(watch);
    },
  };
}

const closed = "This search of live slots is closed. Call forSubject() for a new one.";

/** Undefined if something has to be asked that looks at more than live slots hold. */
function decidingFor(
  { settings, options }: Followed,
  { actor }: Booker,
): (Deciding & { readonly watches: boolean }) | undefined {
  // It is asked about whole records.
  if (settings.authorize !== undefined) return undefined;
  const audience = audienceFor(settings.audienceOf, actor);
  const holding = settings.policies.filter((policy) => holdsFor(policy.audience, audience));
  const policies = holding.flatMap((policy) => byTimesOf(policy) ?? []);
  const { provider, subject } = unionOf(holding.map(({ sees }) => sees));
  // A provider's time at other facilities is then not held.
  const isPartial = provider !== undefined && options.facilityId !== undefined;
  if (policies.length < holding.length || isPartial) return undefined;
  const near = provider && { beforeMs: provider.beforeMinutes * 60_000, afterMs: provider.afterMinutes * 60_000 };
  return { policies, near, watches: subject !== undefined };
}

function watchFor(settings: EngineSettings, { window }: FollowOptions, { subjectId }: Booker): SubjectWatch {
  const { beforeMinutes = 0 } = settings.sights?.ofAll.subject ?? {};
  const begin = window.from(settings.clock.now().getTime());
  return watchSubject(settings, subjectId, new Date(begin - beforeMinutes * 60_000));
}

/** Undefined if what is held is not enough to decide. */
function findInMemory(
  { settings, answers }: Followed,
  { watch, ...deciding }: Deciding & { readonly watch: SubjectWatch | undefined },
  asked: PlainFind,
  cursors: Cursors<Position>,
): LiveSubjectPage | undefined {
  const { following, findOpen } = answers();
  const ofSubject = watch === undefined ? [] : watch.appointments();
  const now = settings.clock.now();
  if (ofSubject === undefined || following.isIncomplete(now.getTime())) return undefined;
  const rows = allowedRows(following.slots(), deciding, { now: now.getTime(), ofSubject });
  const page = findOpen(asked, { now, allows: rows.allows, cursors });
  return rows.isUndecided() ? undefined : { ...page, source: "live" };
}

async function findInDatabase(
  { settings, options, answers }: Followed,
  { actor, subjectId }: Booker,
  asked: PlainFind,
  cursors: Cursors<Position>,
): Promise<LiveSubjectPage> {
  const { following } = answers();
  const asOf = settings.clock.now();
  const search = { ...asked, ...coveredBy(following, options, asked, asOf), subjectId };
  const page = await findOpen({ ...settings, actor }, search, cursors);
  return { ...page, source: "database", cursor: null, asOf, behindMs: 0, isStale: false };
}
