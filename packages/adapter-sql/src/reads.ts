import {
  type AppointmentQuery,
  type JournalQuery,
  limits,
  type OpenQuery,
  type SlotQuery,
  type SlotStatus,
} from "@slotwright/core/adapter";
import { type RawBuilder, sql } from "kysely";
import type { SlotRow } from "./catalogue.ts";
import type { IndexName } from "./indexes.ts";
import { createListCompiler, type ListRequest, type Read, value } from "./list-shapes.ts";
import type { SqlStrategy } from "./strategy.ts";

/** The contract's reads as SQL. A list is undefined if an empty array of providers or statuses rules out every row. */
export interface ListReads {
  readonly slots: (query: SlotQuery) => Read | undefined;
  readonly open: (query: OpenQuery) => Read | undefined;
  readonly appointments: (query: AppointmentQuery) => Read | undefined;
  readonly journal: (query: JournalQuery) => Read;
}

export function createReads(strategy: SqlStrategy): ListReads {
  const read = createListCompiler(strategy);
  const { selected, text } = strategy.lists;
  const journalIn = (beyond: RawBuilder<unknown>, order: RawBuilder<unknown>) =>
    sql`select ${selected("journal")} from ${sql.table("journal")} where record_id = ${text(sql`${""}`)} and record_kind = ${text(sql`${""}`)} and version ${beyond} ${0}
    order by version ${order} limit ${0}`.compile(strategy.queries).sql;
  const [oldestFirst, newestFirst] = [journalIn(sql`>`, sql`asc`), journalIn(sql`<=`, sql`desc`)];
  return {
    slots: (query) => read(slotRequest(query)),
    open: (query) => read(openRequest(query)),
    appointments: (query) => read(appointmentRequest(query)),
    journal: ({ record, afterVersion, descending = false, limit }) =>
      descending
        ? {
            sql: newestFirst,
            parameters: [record.id, record.kind, afterVersion === undefined ? limits.version : afterVersion - 1, limit],
          }
        : { sql: oldestFirst, parameters: [record.id, record.kind, afterVersion ?? 0, limit] },
  };
}

/** The effective status at `asOf`: an expired hold does not count. */
const slotStatusSql: Readonly<Record<SlotStatus, RawBuilder<boolean>>> = {
  available: sql`(status = 'available' or (status = 'held' and hold_expires_at <= ${value("asOf")}))`,
  held: sql`(status = 'held' and hold_expires_at > ${value("asOf")})`,
  booked: sql`status = 'booked'`,
  blocked: sql`status = 'blocked'`,
};

function slotRequest(query: SlotQuery): ListRequest {
  return {
    index: slotIndex(query),
    providerIds: query.providerIds,
    statuses: query.statuses,
    statusSql: (status) => slotStatusSql[status as SlotStatus],
    conditions: {
      scheduleId: query.scheduleId,
      facilityId: query.facilityId,
      startFrom: query.startFrom?.getTime(),
      startBefore: query.startBefore?.getTime(),
      endAfter: query.endAfter?.getTime(),
    },
    asOf: query.asOf.getTime(),
    after: query.after,
    descending: query.descending ?? false,
    limit: query.limit,
  };
}

/** What `rowToOpenSeat` takes. */
const openColumns = ["id", "provider_id", "facility_id", "start_at", "end_at", "version"] as const;
export type OpenRow = Pick<SlotRow, (typeof openColumns)[number]>;

const openRequest = (query: OpenQuery): ListRequest => ({
  ...slotRequest({ ...query, statuses: ["available"] }),
  columns: openColumns,
});

function slotIndex({ scheduleId, providerIds, facilityId }: SlotQuery): IndexName {
  if (scheduleId !== undefined) return "slots_by_schedule";
  if (providerIds !== undefined) return "slots_by_provider";
  return facilityId === undefined ? "slots_by_start" : "slots_by_facility";
}

function appointmentRequest(query: AppointmentQuery): ListRequest {
  return {
    index: appointmentIndex(query),
    providerIds: query.providerIds,
    statuses: query.statuses,
    statusSql: (status) => sql`status = ${sql.lit(status)}`,
    conditions: {
      subjectId: query.subjectId,
      facilityId: query.facilityId,
      startFrom: query.startFrom?.getTime(),
      startBefore: query.startBefore?.getTime(),
    },
    after: query.after,
    descending: query.descending ?? false,
    limit: query.limit,
  };
}

function appointmentIndex({ subjectId, providerIds }: AppointmentQuery): IndexName {
  if (subjectId !== undefined) return "appointments_by_subject";
  return providerIds === undefined ? "appointments_by_start" : "appointments_by_provider";
}
