import {
  type AppointmentQuery,
  type AppointmentStatus,
  appointmentStatuses,
  computedIdPattern,
  type JournalsQuery,
  type OpenQuery,
  type SlotQuery,
  type SlotStatus,
  slotStatuses,
} from "@slotwright/core/adapter";
import { type RawBuilder, sql } from "kysely";
import type { SlotRow } from "./catalogue.ts";
import type { IndexName } from "./indexes.ts";
import { createJournalReads } from "./journal-reads.ts";
import { value } from "./list-conditions.ts";
import { createListCompiler, type ListRequest, type Read } from "./list-shapes.ts";
import type { SqlStrategy } from "./strategy.ts";

/** The contract's reads as SQL. A list is undefined if an empty array of providers or statuses rules out every row. */
export interface ListReads {
  readonly slots: (query: SlotQuery) => Read | undefined;
  readonly open: (query: OpenQuery) => Read | undefined;
  readonly appointments: (query: AppointmentQuery) => Read | undefined;
  /** A read for all pages, or one for each. */
  readonly journals: (query: JournalsQuery) => readonly Read[];
}

export function createReads(strategy: SqlStrategy): ListReads {
  const read = createListCompiler(strategy);
  return {
    slots: (query) => read(slotRequest(query)),
    open: (query) => read(openRequest(query)),
    appointments: (query) => read(appointmentRequest(query)),
    journals: createJournalReads(strategy),
  };
}

/**
 * Statuses are told by those that a row does not have. Without statistics, PostgreSQL takes a status that is named for a
 * rare one: it would read everything in a window and sort it, where the page is at the beginning of an index.
 */
const noneOf = (statuses: readonly string[]): readonly RawBuilder<boolean>[] =>
  statuses.map((status) => sql<boolean>`status <> ${sql.lit(status)}`);

/**
 * The effective statuses at `asOf`: a hold that has expired counts as available, or as withdrawn on a slot that was made of a
 * computed opening.
 */
function isInSlotStatus(statuses: readonly SlotStatus[]): readonly RawBuilder<boolean>[] {
  const isWanted = (status: SlotStatus) => statuses.includes(status);
  const ofHeld = heldConditions.filter(({ countsAs }) => isWanted(countsAs));
  const others = slotStatuses.filter((status) => !isWanted(status) && (status !== "held" || ofHeld.length === 0));
  if (ofHeld.length === 0 || ofHeld.length === heldConditions.length) return noneOf(others);
  const any = sql.join([sql`status <> 'held'`, ...ofHeld.map(({ condition }) => condition)], sql` or `);
  return [...noneOf(others), sql<boolean>`(${any})`];
}

const isComputed = sql`id like ${sql.lit(computedIdPattern)}`;
const isExpired = sql`hold_expires_at <= ${value("asOf")}`;

/** As what a slot counts that is stored as held. */
const heldConditions: readonly { readonly countsAs: SlotStatus; readonly condition: RawBuilder<unknown> }[] = [
  { countsAs: "available", condition: sql`${isExpired} and not ${isComputed}` },
  { countsAs: "held", condition: sql`hold_expires_at > ${value("asOf")}` },
  { countsAs: "withdrawn", condition: sql`${isExpired} and ${isComputed}` },
];

const isInAppointmentStatus = (statuses: readonly AppointmentStatus[]): readonly RawBuilder<boolean>[] =>
  noneOf(appointmentStatuses.filter((status) => !statuses.includes(status)));

function slotRequest(query: SlotQuery): ListRequest {
  return {
    index: slotIndex(query),
    providerIds: query.providerIds,
    statuses: query.statuses,
    statusSql: isInSlotStatus as ListRequest["statusSql"],
    // In a window that people search, many slots are free. Held, booked or blocked ones may be rare, and so may those of
    // one facility.
    leavesOutMost:
      query.scheduleId !== undefined ||
      query.facilityId !== undefined ||
      query.statuses?.includes("available") === false,
    conditions: {
      scheduleId: query.scheduleId,
      holderId: query.holderId,
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

function slotIndex({ providerIds, facilityId, holderId }: SlotQuery): IndexName {
  // Nobody holds many slots, with all providers together.
  if (holderId !== undefined) return "slots_by_holder";
  if (providerIds !== undefined) return "slots_by_provider";
  return facilityId === undefined ? "slots_by_start" : "slots_by_facility";
}

function appointmentRequest(query: AppointmentQuery): ListRequest {
  return {
    index: appointmentIndex(query),
    providerIds: query.providerIds,
    statuses: query.statuses,
    statusSql: isInAppointmentStatus as ListRequest["statusSql"],
    leavesOutMost: false,
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
