export { maximumHorizon, minimumNotice, notInThePast, pastName } from "./ahead.ts";
export { cancelDeadline, maximumRequestAge, rescheduleDeadline } from "./deadlines.ts";
export type { MinutesOptions, PolicyOptions } from "./options.ts";
