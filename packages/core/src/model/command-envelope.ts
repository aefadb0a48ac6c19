import type { Override } from "./override.ts";
import type { Actor } from "./values.ts";

/** What every command may carry. */
export interface CommandEnvelope {
  /** Who runs the command. It is written to the journal, and given to `authorize` and to the policies. */
  readonly actor: Actor;
  /** Why, in the actor's words: at most 500 characters. It is written to the journal. Default: no reason. */
  readonly reason?: string | undefined;
  /**
   * The command takes effect at most once for each actor and key. A repeat with the same input gets the answer of the
   * first call, with `replayed: true`; the same key with another input is refused with `idempotency_key_reused`. The
   * same key of another actor is another command, unless the engine's `idempotencyScope` is `"host"`. 1 to 116
   * characters, such as a UUID that the client makes for each request. Default: a key that the engine makes, so a
   * repeat is another command.
   */
  readonly idempotencyKey?: string | undefined;
  /**
   * Policies that this command passes although they refuse it, each with a reason: 1 to 16 of them. `authorize` is asked
   * about each that is needed, and the journal keeps it. It never passes one of Slotwright's own rules. Default: none.
   */
  readonly override?: readonly Override[] | undefined;
}

/** A command about one slot. */
export interface SlotCommandInput extends CommandEnvelope {
  /** The id of the slot, as `createSlots` and `listSlots` return it: 1 to 128 characters. */
  readonly slotId: string;
  /**
   * The version of the slot that the caller has seen, from 1. Another version is refused with `version_conflict`.
   * Default: any version.
   */
  readonly ifVersion?: number | undefined;
}

/** A command about one appointment. */
export interface AppointmentCommandInput extends CommandEnvelope {
  /** The id of the appointment, as `book` and `listAppointments` return it: 1 to 128 characters. */
  readonly appointmentId: string;
  /**
   * The version of the appointment that the caller has seen, from 1. Another version is refused with
   * `version_conflict`. Default: any version.
   */
  readonly ifVersion?: number | undefined;
}

/** A command that takes slots, and may offer others if one of them is not available. */
export interface SlotTakingInput {
  /**
   * Ids of further slots, such as a room's or a device's, that the appointment also takes: all or none of them. Each
   * must contain the whole appointment. At most 15, none of them twice. Default `[]`.
   */
  readonly alsoSlotIds?: readonly string[] | undefined;
  /**
   * How many free slots nearby a refusal offers in `details.alternatives`, if a slot is taken or none is free: 0 to 20.
   * Default 0.
   */
  readonly alternatives?: number | undefined;
  /**
   * The token that `hold` returned, if the slot is held for this. An array of at most 16 tokens, if further slots are
   * held too. Default: none, so a held slot is refused with `slot_held`.
   */
  readonly holdToken?: string | readonly string[] | undefined;
}
