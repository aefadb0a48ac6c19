import type { CommandName } from "../model/journal.ts";
import { accept } from "./accept.ts";
import { acceptOffer } from "./accept-offer.ts";
import { block } from "./block.ts";
import { book } from "./book.ts";
import { breakHold } from "./break-hold.ts";
import { cancel } from "./cancel.ts";
import { checkIn } from "./check-in.ts";
import { complete } from "./complete.ts";
import { createSlots } from "./create-slots.ts";
import { decline } from "./decline.ts";
import { declineOffer } from "./decline-offer.ts";
import { extend } from "./extend.ts";
import { hold } from "./hold.ts";
import { importBusy } from "./import-busy.ts";
import { markNoShow } from "./mark-no-show.ts";
import { offer } from "./offer.ts";
import { publishSlots } from "./publish-slots.ts";
import { release } from "./release.ts";
import { repair } from "./repair.ts";
import { request } from "./request.ts";
import { reschedule } from "./reschedule.ts";
import { setAvailability } from "./set-availability.ts";
import { unblock } from "./unblock.ts";

/** One rule for each command: all policy lives here, once, for every storage. */
export const rules = {
  setAvailability,
  publishSlots,
  importBusy,
  createSlots,
  block,
  unblock,
  hold,
  extend,
  release,
  breakHold,
  book,
  request,
  accept,
  decline,
  offer,
  acceptOffer,
  declineOffer,
  reschedule,
  checkIn,
  complete,
  markNoShow,
  cancel,
  repair,
} as const satisfies Record<CommandName, unknown>;

/** The result of each command. */
export type CommandResult<Name extends CommandName> = Extract<
  ReturnType<(typeof rules)[Name]["decide"]>,
  { readonly result: unknown }
>["result"];
