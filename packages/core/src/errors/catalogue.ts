import type { DetailsOf, ErrorCode, HostAnswer, SlotChange } from "./details.ts";
import { ifUnchanged } from "./standing.ts";

interface CatalogueEntry<C extends ErrorCode> {
  /** HTTP status. */
  readonly status: number;
  /** A person can get further: choose another time, correct the input, try later. */
  readonly recoverable: boolean;
  /** The same request may succeed later, unchanged: a machine may retry it. */
  readonly transient: boolean;
  /** The kind of problem in a few words, the same for every occurrence. */
  readonly title: string;
  /** What happened, why, and what can be done. */
  readonly message: (details: DetailsOf<C>) => string;
}

const iso = (date: Date): string => date.toISOString();

/** What was to be done with a slot that is in this state, and was not to be taken. */
const misdirected = (slotId: string, state: string, command: SlotChange): string =>
  `Slot "${slotId}" is ${state}, so the command ${command} does not apply to it.`;

/** The host's own sentence is quoted, because it may have no full stop. */
function said({ problem, unanswered }: HostAnswer): string {
  return unanswered ? `: ${problem}` : ` ("${problem}").`;
}

/** Every error of the library, once. Classes, HTTP mapping and reference pages come from here. */
export const errorCatalogue: { readonly [C in ErrorCode]: CatalogueEntry<C> } = {
  invalid_input: {
    status: 400,
    recoverable: true,
    transient: false,
    title: "The input is not valid",
    message: ({ issues, ...standing }) => {
      const all = issues.map(({ path, message }) => (path === "" ? message : `${path}: ${message}`)).join("; ");
      return `The input is not valid: ${all}. ${ifUnchanged(standing, "Nothing was changed. ")}Correct it and send it again.`;
    },
  },
  invalid_time_range: {
    status: 400,
    recoverable: true,
    transient: false,
    title: "The time range is not valid",
    message: ({ start, end, problem, index }) =>
      `The time range ${index === undefined ? "" : `at slots.${index} `}from ${iso(start)} to ${iso(end)} is not valid: ${problem}. ${end > start ? "Send a shorter range." : "Send a range that ends after it starts."}`,
  },
  availability_not_found: {
    status: 404,
    recoverable: false,
    transient: false,
    title: "There are no such hours",
    message: ({ providerId, facilityId }) =>
      `Provider "${providerId}" has no hours at facility "${facilityId}". Check the ids. setAvailability sets hours.`,
  },
  schedule_not_found: {
    status: 404,
    recoverable: false,
    transient: false,
    title: "There is no such schedule",
    message: ({ providerId, facilityId }) =>
      `There is no schedule of provider "${providerId}"${facilityId === undefined ? "" : ` at facility "${facilityId}"`}. Check the ids. The first createSlots or setAvailability of a schedule makes it.`,
  },
  slot_not_found: {
    status: 404,
    recoverable: false,
    transient: false,
    title: "There is no such slot",
    message: ({ slotId }) => `There is no slot "${slotId}". Check the id, or list the slots again.`,
  },
  appointment_not_found: {
    status: 404,
    recoverable: false,
    transient: false,
    title: "There is no such appointment",
    message: ({ appointmentId }) =>
      `There is no appointment "${appointmentId}". Check the id, or list the appointments again.`,
  },
  slot_exists: {
    status: 409,
    recoverable: false,
    transient: false,
    title: "There is a slot with this id",
    message: ({ slotId }) =>
      `There is already a slot with the slotId "${slotId}". Choose an id that was never used, or leave slotId out. To repeat a call that may have succeeded, send it with its idempotency key.`,
  },
  appointment_exists: {
    status: 409,
    recoverable: false,
    transient: false,
    title: "There is an appointment with this id",
    message: ({ appointmentId }) =>
      `There is already an appointment with the appointmentId "${appointmentId}". Choose an id that was never used, or leave appointmentId out. To repeat a call that may have succeeded, send it with its idempotency key.`,
  },
  hold_not_found: {
    status: 404,
    recoverable: true,
    transient: false,
    title: "The slot is not held",
    message: ({ slotId, command }) => {
      const next =
        command === undefined
          ? "Hold the slot again, or book it without a hold."
          : "There is no hold to end; block makes the slot unavailable.";
      return `Nobody holds slot "${slotId}": the hold has ended or was never made. ${next}`;
    },
  },
  slot_booked: {
    status: 409,
    recoverable: true,
    transient: false,
    title: "The slot is taken",
    message: ({ slotId, command }) =>
      command === undefined
        ? `Slot "${slotId}" is already booked. Choose another slot.`
        : `${misdirected(slotId, "booked", command)} To free it, cancel its appointment, or move that to another time.`,
  },
  slot_held: {
    status: 409,
    recoverable: true,
    transient: false,
    title: "The slot is held by somebody else",
    message: ({ slotId, heldUntil, command }) => {
      const state = `held for somebody until ${iso(heldUntil)}`;
      if (command === undefined) {
        return `Slot "${slotId}" is ${state}. Choose another slot, or look again after that time.`;
      }
      const how = command === "block" ? "breakHold and block: true" : "breakHold";
      return `${misdirected(slotId, state, command)} End the hold with ${how}, or wait until then.`;
    },
  },
  slot_blocked: {
    status: 409,
    recoverable: true,
    transient: false,
    title: "The slot is blocked",
    message: ({ slotId, command, busySource }) => {
      if (command === undefined) return `Slot "${slotId}" is blocked by its provider. Choose another slot.`;
      const how =
        busySource === undefined
          ? "unblock makes it free again."
          : `It is a time at which the calendar "${busySource}" is busy: change it in that calendar and import it again.`;
      return `${misdirected(slotId, "blocked", command)} ${how}`;
    },
  },
  slot_withdrawn: {
    status: 409,
    recoverable: true,
    transient: false,
    title: "The slot is withdrawn",
    message: ({ slotId, command }) =>
      command === undefined
        ? `Slot "${slotId}" is withdrawn by its provider. Choose another slot.`
        : `${misdirected(slotId, "withdrawn", command)} Its time is offered again if the provider's hours offer it.`,
  },
  slot_overlap: {
    status: 409,
    recoverable: true,
    transient: false,
    title: "The slots of a schedule may not overlap",
    message: ({ start, end, seat, conflictingSlotId, conflictingStart, conflictingEnd, index, command }) =>
      `The slot ${index === undefined ? "" : `at slots.${index} `}from ${iso(start)} to ${iso(end)} on seat ${seat} overlaps ${conflictingSlotId === null ? "another slot of the same call" : `slot "${conflictingSlotId}"`} (${iso(conflictingStart)} to ${iso(conflictingEnd)}) of the same schedule. ${command === undefined ? "Choose a time that is free." : "Block that one first, once it is free, or leave this one blocked."}`,
  },
  time_mismatch: {
    status: 409,
    recoverable: true,
    transient: false,
    title: "The appointment does not fit the slot",
    message: ({ slotId, slotStart, slotEnd, start, end }) =>
      `The appointment from ${iso(start)} to ${iso(end)} does not lie within slot "${slotId}" (${iso(slotStart)} to ${iso(slotEnd)}). Choose a slot that contains the whole appointment, or a shorter time.`,
  },
  schedule_mismatch: {
    status: 409,
    recoverable: true,
    transient: false,
    title: "The slot belongs to another schedule",
    message: ({ field, expected, actual }) =>
      field === "timeZone"
        ? `The schedule has the timeZone "${actual}", not "${expected}". Leave timeZone out, or send the one that the schedule has.`
        : `The ${field} does not match: "${expected}" is needed here, but this one has "${actual}". Choose a slot of the right schedule, or correct the ${field}.`,
  },
  no_slot_available: {
    status: 409,
    recoverable: true,
    transient: false,
    title: "There is no slot for the wanted time",
    message: ({ appointmentId, command, providerId, facilityId, start, end, holdsNone }) => {
      const [place, time] = [`"${providerId}" at facility "${facilityId}"`, `${iso(start)} to ${iso(end)}`];
      if (holdsNone) {
        return `The holdToken holds no slot of provider ${place} that contains ${time}: it is that of another hold, or its hold was used, released or broken, or somebody has taken the slot since it ended. Hold the time again, or leave holdToken out to take a free slot.`;
      }
      const missing = `Provider ${place} has no free slot that contains ${time}.`;
      if (command === "hold") return `${missing} Choose another time.`;
      return appointmentId === undefined
        ? `${missing} Choose another time, or book it with ifNoSlot: "schedule" to ask for an appointment.`
        : `${missing} Publish one, or free one that is taken, and run the command again; or agree on another time.`;
    },
  },
  invalid_transition: {
    status: 409,
    recoverable: false,
    transient: false,
    title: "The state does not allow this",
    message: ({ record, id, from, command, guard, busySource }) => {
      if (busySource !== undefined) {
        return `The slot "${id}" cannot be unblocked: it is a time at which the calendar "${busySource}" is busy. Change it in that calendar and import it again, or unblock the slots that it blocks.`;
      }
      return guard === undefined
        ? `The ${record} "${id}" is ${from}, so the command ${command} does not apply to it. Load it again to see what can be done now.`
        : `The database's own guard ${guard} refused the command ${command} on ${record} "${id}". Rows were probably changed by hand: run checkSync or reconcile to find which.`;
    },
  },
  version_conflict: {
    status: 412,
    recoverable: true,
    transient: false,
    title: "Somebody changed it in the meantime",
    message: ({ record, id, expected, actual }) =>
      `The ${record} "${id}" is at version ${actual}, not ${expected}: somebody changed it in the meantime. Load it again, and decide anew.`,
  },
  idempotency_key_reused: {
    status: 422,
    recoverable: false,
    transient: false,
    title: "The idempotency key belongs to another request",
    message: ({ idempotencyKey }) =>
      `The idempotency key "${idempotencyKey}" was used before for a different request. Use a new key for each new request, and the same key only to repeat one unchanged.`,
  },
  hold_expired: {
    status: 409,
    recoverable: true,
    transient: false,
    title: "The hold has expired",
    message: ({ slotId, expiredAt }) =>
      `The hold on slot "${slotId}" expired at ${iso(expiredAt)}. Hold the slot again, or book it without a hold.`,
  },
  hold_not_owned: {
    status: 409,
    recoverable: true,
    transient: false,
    title: "The hold belongs to somebody else",
    message: ({ slotId, heldUntil }) =>
      `The token does not belong to the hold on slot "${slotId}", which lasts until ${iso(heldUntil)}. Choose another slot, or look again after that time.`,
  },
  request_expired: {
    status: 409,
    recoverable: true,
    transient: false,
    title: "The request has expired",
    message: ({ appointmentId, expiredAt }) =>
      `The request of appointment "${appointmentId}" could be accepted until ${iso(expiredAt)}. Agree on a time, and book it; or cancel or decline the request.`,
  },
  offer_not_found: {
    status: 404,
    recoverable: true,
    transient: false,
    title: "No other time was offered",
    message: ({ appointmentId }) =>
      `No offer waits for an answer on appointment "${appointmentId}": none was made, or it was declined. Load the appointment again to see what can be done now.`,
  },
  offer_expired: {
    status: 409,
    recoverable: true,
    transient: false,
    title: "The offer has expired",
    message: ({ appointmentId, expiredAt }) =>
      `The offer on appointment "${appointmentId}" could be answered until ${iso(expiredAt)}. The request waits as before; the provider can make another offer.`,
  },
  policy_violation: {
    status: 422,
    recoverable: true,
    transient: false,
    title: "A policy of this service does not allow it",
    message: ({ policy, ...answer }) => `The policy "${policy}" does not allow this${said(answer)}`,
  },
  forbidden: {
    status: 403,
    recoverable: false,
    transient: false,
    title: "The actor may not do this",
    message: ({ command, actorId, policy, ...answer }) => {
      const what =
        policy === undefined
          ? `run the command ${command}`
          : `pass the policy "${policy}", which refuses the command ${command}`;
      return `The actor "${actorId}" may not ${what}${said(answer)}${answer.unanswered ? "" : " Ask somebody who may."}`;
    },
  },
  storage_busy: {
    status: 503,
    recoverable: true,
    transient: true,
    title: "The database is busy",
    message: ({ waitedMs, repeat, problem, ...standing }) => {
      if (repeat === "transaction") {
        return "This transaction cannot go on: another one was in its way, or its connection has lost what it needs, as the error's cause says. Roll it back, and run all of it again in a moment.";
      }
      // If too much waits already, no further caller is made to wait longer.
      const busy = waitedMs > 0 ? `stayed busy for ${waitedMs} ms` : "has more to do than it can take on";
      const why = problem === undefined ? "" : ` ${problem}`;
      return `The database ${busy}${ifUnchanged(standing, ", and nothing was changed")}.${why} Send the same request again in a moment.`;
    },
  },
  storage_unavailable: {
    status: 503,
    recoverable: true,
    transient: true,
    title: "The database cannot be used",
    message: (standing) =>
      `The database cannot be used at the moment${ifUnchanged(standing, ", and nothing was changed")}. Try again later; the operator finds what is wrong in the error's cause.`,
  },
  storage_read_only: {
    status: 503,
    recoverable: true,
    transient: true,
    title: "The database is read-only",
    message: (standing) =>
      `The database can be read but not written to at the moment${ifUnchanged(standing, ", and nothing was changed")}. Try again later; the operator finds what is wrong in the error's cause.`,
  },
  storage_misused: {
    status: 500,
    recoverable: false,
    transient: false,
    title: "The program uses the storage in a way that cannot work",
    message: ({ problem }) => problem,
  },
  refused_by_database: {
    status: 422,
    recoverable: false,
    transient: false,
    title: "The database refused the change",
    message: (standing) =>
      `The database refused this change${ifUnchanged(standing, ", and nothing of it was stored")}: a trigger, a constraint or a limit that is not Slotwright's own forbids it. Sending it again unchanged gives the same answer; the operator finds what refused it in the error's cause.`,
  },
  outcome_unknown: {
    status: 503,
    recoverable: true,
    transient: true,
    title: "It is not known whether the command took effect",
    message: ({ idempotencyKey, doneSoFar }) => {
      if (doneSoFar !== undefined) {
        return "The database did not confirm the commit of a part of this call, and could not be asked about it since: either all of that part was stored, or none of it. The error's cause says why.";
      }
      return idempotencyKey === null
        ? "The database did not confirm the commit of the transaction, for the reason in the error's cause: either all of it took effect, or nothing. Check which, or run all of it again if each of its commands carries an idempotency key: then it takes effect at most once."
        : `The database did not confirm the commit of the command, for the reason in the error's cause, and could not be asked about it since. Send the same request again with the idempotency key "${idempotencyKey}": it takes effect at most once.`;
    },
  },
  schema_outdated: {
    status: 503,
    recoverable: false,
    transient: false,
    title: "The database has not been migrated",
    message: (standing) =>
      `The database's tables are missing or older than this version of Slotwright needs${ifUnchanged(standing, ", and nothing was changed")}. The operator runs storage.migrate(), or applies the printed SQL.`,
  },
  schema_too_new: {
    status: 503,
    recoverable: false,
    transient: false,
    title: "The database was migrated by a newer version",
    message: (standing) =>
      `The database's tables were migrated by a newer version of Slotwright than this one${ifUnchanged(standing, ", and nothing was changed")}. The operator updates this program.`,
  },
  feed_reset: {
    status: 410,
    recoverable: true,
    transient: false,
    title: "The feed does not go on from there",
    message: ({ relay }) => {
      const what = relay === undefined ? "this cursor stands" : `the relay ${JSON.stringify(relay)} has its place`;
      const next =
        relay === undefined
          ? 'take a new cursor with `after: "end"`, and read anew what you keep of the records'
          : "run it again after a failover, and if it is refused again, give it another name, with the `from` that suits you";
      return `The changes after which ${what} are not in the database any more: after a restore, a failover that lost them or a deletion of old entries, or because it is another database. Nothing was changed; ${next}.`;
    },
  },
  settings_mismatch: {
    status: 500,
    recoverable: false,
    transient: false,
    title: "The engine and the database disagree about a setting",
    message: ({ setting, expected, actual }) =>
      `This engine was created with ${setting} "${expected}", and the engines that used this database before had "${actual}". With both, ${setting === "overlapScope" ? "one provider could be booked twice at the same time" : "a command and its repeat could both take effect"}, so nothing was changed. Create the engine with ${setting}: "${actual}"; the table "settings" of the database holds the value.`,
  },
  aborted: {
    status: 503,
    recoverable: true,
    // Somebody wanted it to stop. No machine should start it again by itself.
    transient: false,
    title: "The call was stopped by its signal",
    message: (standing) =>
      `The call was stopped by its AbortSignal${ifUnchanged(standing, ", and nothing was changed. Call it again if it is to be done after all")}.`,
  },
};

export const errorCodes = Object.keys(errorCatalogue) as readonly ErrorCode[];
