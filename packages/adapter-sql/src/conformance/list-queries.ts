import { sampleInstant as at, sampleNow } from "@slotwright/conformance";
import type { AppointmentQuery, OpenQuery, SlotQuery } from "@slotwright/core/adapter";

/** Parts of the queries below, from which further queries can be built. */
export const listPage = { asOf: sampleNow, limit: 10 };
export const listPlace = { start: at(600), id: "x" };
export const providerIds = (count: number): readonly string[] =>
  Array.from({ length: count }, (_, index) => `provider-${index}`);

const range = { startFrom: at(0), startBefore: at(3000), endAfter: at(5) };
/** Few slots: no slot is held, so the query looks at all of them. */
const morning = { startFrom: at(0), startBefore: at(900) };

/** Lists of slots by each of the indexes, and across many providers. */
export const slotQueries: Readonly<Record<string, SlotQuery>> = {
  "slots of all": { ...listPage },
  "a page of slots of all, backwards": { ...listPage, ...range, after: listPlace, descending: true },
  "slots of a schedule that overlap": {
    ...listPage,
    ...range,
    providerIds: providerIds(1),
    scheduleId: "schedule-1",
  },
  "held slots of a time": { ...listPage, ...morning, statuses: ["held"] },
  "held slots of a facility in a time": { ...listPage, ...morning, facilityId: "facility-1", statuses: ["held"] },
  "what a holder holds": { ...listPage, holderId: "holder-1", statuses: ["held"] },
  "slots of a facility": { ...listPage, ...range, facilityId: "facility-1" },
  "free slots of a provider at a facility": {
    ...listPage,
    ...range,
    providerIds: providerIds(1),
    facilityId: "facility-1",
    statuses: ["available"],
  },
  "a page of slots of two providers": { ...listPage, ...range, providerIds: providerIds(2), after: listPlace },
  "slots of a hundred providers": {
    ...listPage,
    ...range,
    providerIds: providerIds(100),
    statuses: ["available", "held"],
  },
};

/** Free seats by each of the indexes, and across providers, in windows that are short, long and without an end. */
export const openQueries: Readonly<Record<string, OpenQuery>> = {
  "open slots of a time": { ...listPage, ...morning },
  "open slots of a facility in a time": { ...listPage, ...morning, facilityId: "facility-1" },
  "open slots of a provider": { ...listPage, startFrom: at(0), providerIds: providerIds(1) },
  "open slots of eight providers in a time": { ...listPage, ...morning, providerIds: providerIds(8) },
  "open slots of a hundred providers in a time": { ...listPage, ...morning, providerIds: providerIds(100) },
  "a page of open slots of a hundred providers in a time, backwards": {
    ...listPage,
    ...morning,
    providerIds: providerIds(100),
    after: listPlace,
    descending: true,
  },
  "open slots of a hundred providers in a year": {
    ...listPage,
    startFrom: at(0),
    startBefore: at(60 * 24 * 365),
    providerIds: providerIds(100),
  },
  "open slots of a hundred providers from now on": { ...listPage, startFrom: at(0), providerIds: providerIds(100) },
};

export const appointmentQueries: Readonly<Record<string, AppointmentQuery>> = {
  "appointments of all": { limit: 10 },
  "appointments at a facility": { limit: 10, facilityId: "facility-1", startFrom: at(0), startBefore: at(900) },
  "appointments of a time by status": { limit: 10, startFrom: at(0), startBefore: at(900), statuses: ["no_show"] },
  "appointments of a subject": { limit: 10, subjectId: "subject-7", providerIds: providerIds(1), after: listPlace },
  "appointments of three providers": {
    limit: 10,
    providerIds: providerIds(3),
    statuses: ["confirmed"],
    startBefore: at(900),
  },
};
