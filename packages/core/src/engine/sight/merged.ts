import type { Survey, Zones } from "../../rules/sight.ts";
import { byStart } from "./look-around.ts";

/** What lies around further slots of a command, and around the one that it would take. */
export function withSurvey(seen: Survey | undefined, survey: Survey): Survey {
  if (seen === undefined) return survey;
  const unique = <Row extends { readonly start: Date }>(rows: readonly Row[], idOf: (row: Row) => string) =>
    [...new Map(rows.map((row) => [idOf(row), row])).values()].sort(byStart);
  return {
    neighbours: unique([...seen.neighbours, ...survey.neighbours], ({ slotId }) => slotId),
    ofSubject: unique([...seen.ofSubject, ...survey.ofSubject], ({ appointmentId }) => appointmentId),
    ...zonesOfBoth(seen, survey),
    isCut: {
      provider: seen.isCut.provider || survey.isCut.provider,
      subject: seen.isCut.subject || survey.isCut.subject,
    },
  };
}

/** What is given up for a slot may be on schedules of other zones. */
export function withZones(seen: Survey | undefined, survey: Survey | undefined): Survey | undefined {
  return seen === undefined || survey === undefined ? survey : { ...survey, ...zonesOfBoth(seen, survey) };
}

/**
 * Another slot is on the schedule of that in whose place it is, so the first zone that was seen stays the first. Null means
 * that the other survey has it.
 */
const zonesOfBoth = (seen: Zones, survey: Zones): Zones => ({
  timeZone: seen.timeZone ?? survey.timeZone,
  timeZones: { ...survey.timeZones, ...seen.timeZones },
});
