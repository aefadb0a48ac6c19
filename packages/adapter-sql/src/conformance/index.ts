export { type EveryCall, everyCall, laterHalfHour, type Step } from "./every-call.ts";
export { allowedStatements, type GuardCase, sharedGuardCases } from "./guard-cases.ts";
export { bookedAppointmentId, guardStage, ms } from "./guard-stage.ts";
export { appointmentQueries, listPage, listPlace, providerIds, slotQueries } from "./list-queries.ts";
export { fillPlanStage, planStage } from "./plan-stage.ts";
export { type Replacing, replacingGuardCases } from "./replacing-cases.ts";
export { intoJournal, intoSlots, type SqlValues, setSlot } from "./statements.ts";
