export { maximumHorizon, minimumNotice, notInThePast, pastName } from "./ahead.ts";
export { buffer, noOverlapOfSubject } from "./around.ts";
export { maximumAppointments, maximumPerDay } from "./caps.ts";
export { cancelDeadline, maximumRequestAge, rescheduleDeadline } from "./deadlines.ts";
export type {
  BufferException,
  BufferOptions,
  BufferTimes,
  DaysOptions,
  MaximumAppointmentsOptions,
  MaximumPerDayOptions,
  MinutesOptions,
  PolicyOptions,
} from "./options.ts";
