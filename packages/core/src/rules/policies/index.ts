export { maximumHorizon, minimumNotice, notInThePast, pastName } from "./ahead.ts";
export { buffer, noOverlapOfSubject } from "./around.ts";
export { maximumAppointments, maximumPerDay } from "./caps.ts";
export { cancelDeadline, maximumRequestAge, rescheduleDeadline } from "./deadlines.ts";
export { maximumHolds } from "./holds.ts";
export type {
  BufferException,
  BufferOptions,
  BufferTimes,
  DaysOptions,
  MaximumAppointmentsOptions,
  MaximumHoldsOptions,
  MaximumPerDayOptions,
  MinutesOptions,
  PolicyOptions,
} from "./options.ts";
