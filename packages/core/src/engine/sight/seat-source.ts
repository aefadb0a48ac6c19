import type { Slot } from "../../model/slot.ts";
import type { SlotQuery } from "../../storage/adapter.ts";
import type { EngineSettings } from "../options.ts";
import { type Searcher, type SurveyOf, surveyAround } from "./survey.ts";

/** Where a search for a subject finds slots, and what lies around them. */
export interface SeatSource {
  readonly findSlots: (query: SlotQuery, until: number) => Promise<readonly Slot[]>;
  /** What policies say that are not among those of the engine's settings. Default: they have nothing against any. */
  readonly allows?: (slot: Slot) => boolean;
  readonly surveyAround: (slots: readonly Slot[], searcher: Searcher, until: number) => Promise<SurveyOf>;
}

/** The database. */
export function seatsOfStorage(settings: EngineSettings): SeatSource {
  return {
    findSlots: settings.storage.findSlots,
    surveyAround: (slots, searcher, until) => surveyAround(settings, slots, searcher, until),
  };
}
