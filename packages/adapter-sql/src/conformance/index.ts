export { type BookingRace, bookingRace } from "./booking-race.ts";
export { asksPoolForNobody } from "./contexts.ts";
export { contractCalls } from "./contract-calls.ts";
export { type EveryCall, everyCall, laterHalfHour, type RunTitled } from "./every-call.ts";
export { fillSecondPartition, keepsToFirstPartition, publishAlone, resetsForeignPosition } from "./feed-stage.ts";
export { type ForeignRule, neighboursOfRefused } from "./foreign-rules.ts";
export { followsFurtherProviders } from "./further-providers.ts";
export { allowedStatements, type GuardCase, sharedGuardCases } from "./guard-cases.ts";
export { type GuardRaceCase, guardRaceCases, type HandTransaction, runGuardRace } from "./guard-race-cases.ts";
export { bookedAppointmentId, guardStage, ms } from "./guard-stage.ts";
export { callsAsLimitedRole } from "./limited-role.ts";
export { appointmentQueries, listPage, listPlace, openQueries, providerIds, slotQueries } from "./list-queries.ts";
export { type LossStage, tellsReadersOfLoss } from "./lost-entries.ts";
export { type MadeUpVersion, madeUpReleases } from "./made-up-version.ts";
export {
  fillManyProviders,
  type ManyProvidersCase,
  type ManyProvidersStage,
  manyProvidersCases,
  rarelyFreeSlots,
  readsLittleMoreThanAPage,
  readsNobodyElse,
  readsTheSameInBothWindows,
  slotsOfTheWeek,
} from "./many-providers.ts";
export { goesOnAfterDeletion, type JournalOwner } from "./old-entries.ts";
export { fillPlanStage, planStage } from "./plan-stage.ts";
export { migrateInProcesses, storageProcess } from "./processes.ts";
export { type RaceCase, raceCases } from "./race-cases.ts";
export { rawRow, tableNameOf } from "./raw-rows.ts";
export { refusesEveryCall, refusesToWork } from "./refused-options.ts";
export { type Replacing, replacingGuardCases } from "./replacing-cases.ts";
export { keepsSettingsAndTime } from "./settings-and-clock.ts";
export { type HostPoolStage, type StarvedPoolCase, starvedPoolCases } from "./starved-pool.ts";
export {
  intoAppointments,
  intoJournal,
  intoSlots,
  type SqlValues,
  setBookedAppointment,
  setSlot,
} from "./statements.ts";
export { type UpgradeCase, type UpgradeStage, type UpgradeVersion, upgradeCases } from "./upgrade-cases.ts";
