/** Reads iCalendar text by ical.js, an optional peer: what `importBusy` takes of another calendar. */
export { type BusyTime, type BusyTimesInput, busyTimesOf } from "./busy-times-of.ts";
