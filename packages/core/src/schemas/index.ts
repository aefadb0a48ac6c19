/**
 * The Zod schemas of all inputs, and the codes that each call can reject with: for an API of your own, and its
 * description. `z.toJSONSchema` works on each of them. A field that JSON has no value for, such as a callback, allows
 * none.
 */
import {
  acceptOfferSchema,
  acceptSchema,
  blockSchema,
  bookSchema,
  breakHoldSchema,
  cancelSchema,
  checkInSchema,
  completeSchema,
  createSlotsSchema,
  declineOfferSchema,
  declineSchema,
  extendSchema,
  holdSchema,
  markNoShowSchema,
  offerSchema,
  releaseSchema,
  requestSchema,
  rescheduleSchema,
  setAvailabilitySchema,
  unblockSchema,
} from "../model/commands.ts";
import { createManySlotsSchema } from "../model/create-many-slots.ts";
import { importBusySchema } from "../model/import-busy.ts";
import { publishSlotsSchema } from "../model/publish-slots.ts";
import {
  changesSchema,
  countTimesSchema,
  explainSchema,
  findOpenSchema,
  findTimesSchema,
  followSchema,
  getAvailabilitySchema,
  getScheduleSchema,
  historySchema,
  listAppointmentsSchema,
  listSlotsSchema,
  nextTimesSchema,
  reconcileSchema,
  subscribeSchema,
} from "../model/queries.ts";

export { callCodes } from "../engine/codes.ts";
export {
  bookSlotSchema,
  bookTimeSchema,
  newSlotSchema,
  requestSlotSchema,
  requestTimeSchema,
  rescheduleSlotSchema,
  rescheduleTimeSchema,
} from "../model/commands.ts";
export { instantSchema } from "../model/instant.ts";
export { countByDaySchema, nextOpenSchema } from "../model/queries.ts";
export { actorSchema, idSchema, metadataSchema, reasonSchema, requiredReasonSchema } from "../model/values.ts";
export { previewSchema } from "./preview.ts";

/** The input of each call that takes an object, by its name. */
export const inputSchemas = {
  publishSlots: publishSlotsSchema,
  importBusy: importBusySchema,
  setAvailability: setAvailabilitySchema,
  createSlots: createSlotsSchema,
  createManySlots: createManySlotsSchema,
  block: blockSchema,
  unblock: unblockSchema,
  hold: holdSchema,
  extend: extendSchema,
  release: releaseSchema,
  breakHold: breakHoldSchema,
  book: bookSchema,
  request: requestSchema,
  accept: acceptSchema,
  decline: declineSchema,
  offer: offerSchema,
  acceptOffer: acceptOfferSchema,
  declineOffer: declineOfferSchema,
  reschedule: rescheduleSchema,
  checkIn: checkInSchema,
  complete: completeSchema,
  markNoShow: markNoShowSchema,
  cancel: cancelSchema,
  getAvailability: getAvailabilitySchema,
  getSchedule: getScheduleSchema,
  listSlots: listSlotsSchema,
  findOpen: findOpenSchema,
  findTimes: findTimesSchema,
  nextTimes: nextTimesSchema,
  countTimes: countTimesSchema,
  explain: explainSchema,
  listAppointments: listAppointmentsSchema,
  history: historySchema,
  changes: changesSchema,
  subscribe: subscribeSchema,
  follow: followSchema,
  reconcile: reconcileSchema,
} as const;
