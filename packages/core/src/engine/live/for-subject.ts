import { BookingError } from "../../errors/index.ts";
import type { OpenSlot } from "../../model/open-slot.ts";
import type { LiveOpenInput, LiveTimesInput } from "../../model/read-inputs.ts";
import { findOpen, openCursors } from "../find-open.ts";
import type { EngineSettings } from "../options.ts";
import type { Page } from "../page.ts";
import type { Booker } from "../sight/booking.ts";
import type { SeatSource } from "../sight/seat-source.ts";
import { findAmong } from "./find-among.ts";
import { coveredBy } from "./followed.ts";
import type { LiveOfSubject } from "./live-slots.ts";
import { parsedFind } from "./plain-input.ts";
import { recordSource } from "./record-source.ts";
import { type Followed, findForSubject, meansFor, type Ways } from "./subject-search.ts";
import { timesForSubject } from "./subject-times.ts";

/** Searches of live slots for one subject. Reads the subject's appointments, if any policy looks at them. */
export async function followSubject(followed: Followed, booker: Booker): Promise<LiveOfSubject> {
  const { watches, slots } = followed.answers().following;
  const means = meansFor(followed, booker);
  const { watch } = means;
  let isClosed = false;
  if (watch !== undefined) {
    watches.add(watch);
    await watch.readAnew(slots().from).catch((error: unknown) => {
      watches.delete(watch);
      throw error;
    });
  }
  async function find<Item>(ways: () => Ways<Item>) {
    if (isClosed) throw new BookingError("storage_misused", { problem: closed });
    return findForSubject(followed, means, ways());
  }
  return {
    findOpen: (input: LiveOpenInput = {}) => find(() => openForSubject(followed, booker, input)),
    findTimes: (input: LiveTimesInput) => find(() => timesForSubject(followed, booker, input)),
    close() {
      isClosed = true;
      if (watch !== undefined) watches.delete(watch);
    },
  };
}

const closed = "This search of live slots is closed. Call forSubject() for a new one.";

/** How slots are searched for. */
function openForSubject(
  { settings, options, answers }: Followed,
  { actor, subjectId }: Booker,
  input: LiveOpenInput,
): Ways<OpenSlot> {
  const asked = parsedFind(answers().following, input);
  // One list, whichever of memory and database answers for the next page.
  const cursors = openCursors({ ...asked, subjectId }, actor);
  function search(of: EngineSettings, now: Date, part: SearchedPart = {}): Promise<Page<OpenSlot>> {
    const { source, ...providers } = part;
    const covered = coveredBy(answers().following, options, asked, now);
    return findOpen(of, { ...asked, ...covered, ...providers, subjectId }, { cursors, source });
  }
  return {
    asked,
    byTimes: async ({ allows, decided }, now) => answers().findOpen(asked, { now, allows, decided, cursors }),
    async byRecords(shown, seen, now) {
      const source = recordSource(answers().following.slots(), seen);
      // Memory holds none but those who are followed.
      return { page: await search(shown, now, { source }), isUndecided: source.isUndecided() };
    },
    inDatabase(now) {
      const of = { ...settings, actor };
      const followed = asked.providerIds ?? options.providerIds;
      if (followed === undefined) return search(of, now);
      return findAmong([...followed], asked, cursors, (providerIds) => search(of, now, { providerIds }));
    },
  };
}

interface SearchedPart {
  readonly providerIds?: readonly string[];
  readonly source?: SeatSource;
}
