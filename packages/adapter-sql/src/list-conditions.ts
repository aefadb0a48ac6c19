import { type RawBuilder, sql } from "kysely";
import type { ListSyntax } from "./list-syntax.ts";

export type ConditionName =
  | "scheduleId"
  | "holderId"
  | "facilityId"
  | "subjectId"
  | "startFrom"
  | "startBefore"
  | "endAfter";
export type PlaceName = "afterPosition" | "beforePosition";

/**
 * A placeholder. Statements are compiled with the *names* of their values instead of the values. So each shape of
 * request is compiled once, and a call only looks up its values by name.
 */
export const value = (name: string): RawBuilder<unknown> => sql`${name}`;

type ConditionSql = Readonly<Record<ConditionName | PlaceName, RawBuilder<boolean>>>;

export function conditionsOf({ text, beyond }: ListSyntax): ConditionSql {
  const id = text(value("positionId"));
  return {
    scheduleId: sql`schedule_id = ${text(value("scheduleId"))}`,
    holderId: sql`hold_holder_id = ${text(value("holderId"))}`,
    facilityId: sql`facility_id = ${text(value("facilityId"))}`,
    subjectId: sql`subject_id = ${text(value("subjectId"))}`,
    startFrom: sql`start_at >= ${value("startFrom")}`,
    startBefore: sql`start_at < ${value("startBefore")}`,
    endAfter: sql`end_at > ${value("endAfter")}`,
    afterPosition: beyond("after", value("positionStart"), id),
    beforePosition: beyond("before", value("positionStart"), id),
  };
}

/** Those that an index of a list can tell. */
export const placeNames: ReadonlySet<ConditionName | PlaceName> = new Set([
  "startFrom",
  "startBefore",
  "afterPosition",
  "beforePosition",
]);

export const conditionNames: readonly (ConditionName | PlaceName)[] = [
  "scheduleId",
  "holderId",
  "facilityId",
  "subjectId",
  "startFrom",
  "startBefore",
  "endAfter",
  "afterPosition",
  "beforePosition",
];
