import { type Refusal, refuse } from "../errors/index.ts";
import type { Appointment } from "../model/appointment.ts";
import type { CommandName, JournalEntry } from "../model/journal.ts";
import type { Override } from "../model/override.ts";
import { copyOf } from "../model/plain-json.ts";
import type { JournaledRecord, RecordKey } from "../model/record.ts";
import type { HideableField } from "../model/shown.ts";
import type { Slot } from "../model/slot.ts";
import type { Actor } from "../model/values.ts";
import { answerOf, questionOf } from "./answers.ts";
import { chooseSlot } from "./choose-slot.ts";
import type { Context, Seen } from "./decision.ts";
import { appointmentKey, slotKey } from "./find.ts";

interface Asked {
  /** Who asks. */
  readonly actor: Actor;
  /** The time by the engine's clock. */
  readonly now: Date;
}

interface AboutCommand extends Asked {
  /** Its name. Each chunk of a `createManySlots` is a `createSlots`. */
  readonly command: CommandName;
  /** Why, in the actor's words. Null if they gave no reason. */
  readonly reason: string | null;
  /** The parsed input. */
  readonly input: Readonly<Record<string, unknown>>;
  /** The slot that the command names, or that was found for it. Null if it names none, or none that exists. */
  readonly slot: Slot | null;
  /** `slot`, and all further slots that the command names (`alsoSlotIds`, `orSlotIds`) and that exist. */
  readonly slots: readonly Slot[];
  /** The appointment that the command names. Null if it names none, or none that exists. */
  readonly appointment: Appointment | null;
}

/** Asks whether the actor may run a command: the command as it came, and the records that it names. */
export interface CommandRequest extends AboutCommand {
  /** It must be answered at once. */
  readonly action: "command";
}

/** Asks whether the actor may pass a policy that refuses their command, which `authorize` has allowed before. */
export interface OverrideRequest extends AboutCommand {
  /** It must be answered at once. */
  readonly action: "override";
  /** The name of the policy. */
  readonly policy: string;
  /** Why the policy is to be passed, in the actor's words. */
  readonly overrideReason: string;
}

/** Asks whether the actor may see a record: that of a read, of a history, or one that a refused command names. */
export interface ReadRequest extends Asked {
  /** The text of a refusal is not shown: the answer is that for an id that does not exist. */
  readonly action: "read";
  /** The record as it is now. */
  readonly record: JournaledRecord;
}

/** Asks whether a record belongs in the actor's list. */
export interface ListRequest extends Asked {
  /** The text of a refusal is not shown: the record is left out. */
  readonly action: "list";
  /** The record as it is now. */
  readonly record: Slot | Appointment;
}

/** Asks whether the actor may see an entry in the history of a record that they may see. */
export interface HistoryRequest extends Asked {
  /** The text of a refusal is not shown: the entry is left out. */
  readonly action: "history";
  /** The record as it is now. */
  readonly record: JournaledRecord;
  /** The entry, with nothing hidden. */
  readonly entry: JournalEntry;
}

/** Asks whether an entry of the feed belongs in what the actor gets of `changes` and `subscribe`. */
export interface ChangesRequest extends Asked {
  /** The text of a refusal is not shown: the entry is left out. */
  readonly action: "changes";
  /** The record as it is now. */
  readonly record: JournaledRecord;
  /** The entry, with nothing hidden. */
  readonly entry: JournalEntry;
}

/** Asks whether the actor may run `reconcile`. */
export interface ReconcileRequest extends Asked {
  /** It may be answered with a promise, and has no fields to hide. */
  readonly action: "reconcile";
  /** The parsed input, without its callback. */
  readonly input: Readonly<Record<string, unknown>>;
}

/**
 * What `authorize` is asked. Each call gets a copy of its own. Later versions ask about further actions, so refuse an
 * action that you do not know.
 */
export type AccessRequest =
  | CommandRequest
  | OverrideRequest
  | ReadRequest
  | ListRequest
  | HistoryRequest
  | ChangesRequest
  | ReconcileRequest;

/** Yes, but these fields are null in what the actor gets. A name that the record does not have hides nothing. */
export interface Hiding {
  /** Names of fields: those of slots, appointments and entries in `hideableFields`. */
  readonly hide: readonly HideableField[];
}

/** Undefined means yes. A string means no: a sentence for the person, who gets it where the answer is `forbidden`. */
export type AccessAnswer = string | undefined | Hiding;

/**
 * Whether the actor may do or see this. A command must be answered at once, with a string or undefined, and the function
 * must be pure there: same request, same answer. Everything else may be answered with a promise. Any other answer counts
 * as no.
 */
export type Authorize = (request: AccessRequest) => AccessAnswer | Promise<AccessAnswer>;

type Input = Readonly<Record<string, unknown>>;

/** The "no" of `authorize` to a command. */
export interface Forbidden {
  readonly refusal: Refusal;
  /** Whether its answer was a wrong one. The developer who reads the refusal must then learn that. */
  readonly isWrong: boolean;
}

/** Why the actor may not run the command. It is asked before anything is decided. */
export function refuseActor(
  authorize: Authorize | undefined,
  input: Input,
  seen: Seen,
  context: Context,
): Forbidden | undefined {
  if (authorize === undefined) return undefined;
  return forbiddenBy(authorize, { action: "command", ...aboutCommand(input, seen, context) });
}

/** Why the actor may not pass the policy. */
export function refuseOverride(
  authorize: Authorize | undefined,
  { policy, reason }: Override,
  input: Input,
  seen: Seen,
  context: Context,
): Refusal | undefined {
  if (authorize === undefined) return undefined;
  const about = { policy, overrideReason: reason };
  return forbiddenBy(authorize, { action: "override", ...about, ...aboutCommand(input, seen, context) })?.refusal;
}

function aboutCommand(input: Input, seen: Seen, context: Context): AboutCommand {
  const slotId = idIn(input.slotId) ?? foundFor(seen, context);
  const appointmentId = namedAppointment(context.command.name, input);
  return {
    ...questionOf(context),
    input,
    slot: (slotId !== undefined && seen.slot(slotId)) || null,
    slots: idsOf(slotId, input.alsoSlotIds, input.orSlotIds).flatMap((id) => seen.slot(id) ?? []),
    appointment: (appointmentId !== undefined && seen.appointment(appointmentId)) || null,
  };
}

function forbiddenBy(authorize: Authorize, request: CommandRequest | OverrideRequest): Forbidden | undefined {
  const said = answerOf(authorize(copyOf(request)), "authorize");
  if (said === undefined) return undefined;
  const policy = request.action === "override" ? { policy: request.policy } : {};
  const refusal = refuse("forbidden", { command: request.command, actorId: request.actor.id, ...policy, ...said });
  return { refusal, isWrong: said.unanswered === true };
}

/** The slot that the rule chooses of those that were found. The search of other commands is for slots in their way. */
export function foundFor({ found }: Seen, { command }: Context): string | undefined {
  return choosing.has(command.name) ? chooseSlot(found, command.id)?.id : undefined;
}

const choosing: ReadonlySet<CommandName> = new Set(["book", "hold", "accept", "reschedule"]);

const idIn = (value: unknown): string | undefined => (typeof value === "string" ? value : undefined);

const idsOf = (...ids: readonly unknown[]): readonly string[] => ids.flat().filter((id) => typeof id === "string");

/** The appointment that a command is about. In a booking or a request, the id is that of the one to be made. */
function namedAppointment(command: CommandName, { appointmentId }: Input): string | undefined {
  return command === "book" || command === "request" ? undefined : idIn(appointmentId);
}

/** The records that a command names, in the order in which its rule looks for them. */
export function namedBy(command: CommandName, input: Input): readonly RecordKey[] {
  const { slotId, alsoSlotIds, orSlotIds } = input;
  return [
    ...idsOf(namedAppointment(command, input)).map(appointmentKey),
    ...idsOf(slotId, alsoSlotIds, orSlotIds).map(slotKey),
  ];
}

/** The refusal that names the first of these records that does not exist. */
export function refuseAbsent(command: CommandName, input: Input, seen: Seen): Refusal | undefined {
  for (const { kind, id } of namedBy(command, input)) {
    if (kind === "appointment" && seen.appointment(id) === undefined) {
      return refuse("appointment_not_found", { appointmentId: id });
    }
    if (kind === "slot" && seen.slot(id) === undefined) return refuse("slot_not_found", { slotId: id });
  }
  return undefined;
}
