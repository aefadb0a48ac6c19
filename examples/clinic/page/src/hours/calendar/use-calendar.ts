import { useClient } from "@slotwright/client/react";
import type { ImportedBusy } from "@slotwright/core";
import { useRef, useState } from "react";
import { useNotices } from "../../notices/notices.tsx";
import { whyRefused } from "../../notices/why.ts";
import { counted } from "../../sync/sync-words.ts";
import type { HoursPlace } from "../use-hours.ts";

/** A file that was chosen, and the name under which its calendar is known. */
export interface Chosen {
  readonly file: File;
  readonly source: string;
}

/** What taking a calendar over would do; or why that is not known. */
export type CalendarEffect =
  | { readonly name: "none" | "asking" | "importing" }
  | { readonly name: "known"; readonly effect: ImportedBusy }
  | { readonly name: "unknown"; readonly problem: string };

/** As for what is typed of the hours. */
const gatherMs = 350;

/** Takes over when another calendar is busy, once it was shown what that would do. */
export function useCalendar(place: HoursPlace, until: Date) {
  const { told, refused } = useNotices();
  const importBusy = useImport(place, until);
  const [effect, setEffect] = useState<CalendarEffect>({ name: "none" });
  const asked = useRef(0);

  /** Only what was asked last is shown, and of a name that is typed in one go, only the whole is asked for. */
  async function ask(chosen: Chosen | null): Promise<void> {
    const turn = nextTurn();
    const isAsked = chosen !== null && chosen.source.trim() !== "";
    setEffect({ name: isAsked ? "asking" : "none" });
    if (!isAsked) return;
    await new Promise((resolve) => setTimeout(resolve, gatherMs));
    if (turn !== asked.current) return;
    const next = await importBusy(chosen, true).catch(
      (error: unknown): CalendarEffect => ({ name: "unknown", problem: whyRefused(error, place.timeZone) }),
    );
    if (turn === asked.current) setEffect(next);
  }

  async function take(chosen: Chosen): Promise<void> {
    const turn = nextTurn();
    setEffect({ name: "importing" });
    try {
      const done = await importBusy(chosen, false);
      if (done.name === "known") told(sentenceOf(done.effect), { text: stillTaken(done.effect) });
    } catch (error) {
      refused(error, { what: "The calendar was not taken over, or only its first part. Take it over again." });
    }
    // Another one may have been chosen meanwhile.
    if (turn === asked.current) await ask(chosen);
  }

  function nextTurn(): number {
    asked.current += 1;
    return asked.current;
  }

  return { effect, ask, take };
}

const sentenceOf = ({ blocked, freed }: ImportedBusy): string =>
  `The calendar is taken over: ${counted(blocked, "slot")} blocked, ${freed} free again.`;

const stillTaken = ({ takenCount }: ImportedBusy): string =>
  takenCount === 0 ? "" : `${takenCount} within its times are taken, and stay.`;

function useImport({ providerId, facilityId, timeZone }: HoursPlace, until: Date) {
  const { calls } = useClient();
  return async function importBusy({ file, source }: Chosen, dryRun: boolean): Promise<CalendarEffect> {
    const from = new Date();
    // Few look for a calendar, and what reads it is as large as the rest of the page.
    const { readCalendar } = await import("./read-calendar.ts");
    const { intervals, problem } = readCalendar({ calendar: await file.text(), from, until, timeZone });
    if (intervals === undefined) return { name: "unknown", problem: `This file cannot be read: ${problem}.` };
    const effect = await calls.importBusy({ providerId, facilityId, source, from, until, intervals, dryRun });
    return { name: "known", effect };
  };
}
