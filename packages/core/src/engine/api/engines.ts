import type { Actor } from "../../model/values.ts";
import type { AppointmentCommands } from "./appointment-commands.ts";
import type { Previews } from "./previews.ts";
import type { EngineReads, LiveReads } from "./reads.ts";
import type { SlotCommands } from "./slot-commands.ts";

/** What the callback of `transaction` receives. */
export interface InTransaction<HostTransaction, Opened, Inside = Engine<HostTransaction, Opened>> {
  /** The connection with the open transaction, for your own statements: with PostgreSQL, a client of pg. */
  readonly transaction: Opened;
  /** The engine within the transaction, with the actor of the engine outside, if that has one. */
  readonly engine: Inside;
}

/**
 * An engine in the name of one actor, made by `as(actor)`. Its commands have this actor, and an input that names one is
 * refused with `invalid_input`. Its reads answer what `authorize` lets the actor see:
 *
 * - Of a record that they may not see, an answer is that of an id that does not exist: the same code and details, after
 *   as many reads of the database. Its history is an empty page.
 * - Lists and histories leave out what they may not see. A call reads at most 2000 items in at most 10 reads, and may
 *   then answer with a page that is not full, or is empty, whose cursor goes on from there.
 * - A field that `authorize` hides is null.
 *
 * It has no `as`: who is given it cannot become somebody else.
 */
export interface ActorEngine<HostTransaction = unknown, Opened = unknown>
  extends SlotCommands<"actor">,
    AppointmentCommands<"actor">,
    Previews<"actor">,
    EngineReads<"actor"> {
  /**
   * The same actor's engine inside a transaction that you opened, as `Engine.within` has it.
   *
   * @param transaction The open transaction of your driver, as the adapter takes it.
   * @returns An engine of the same actor that lives as long as the transaction.
   * @example
   * ```ts
   * await engine.as(actor).within(transaction).book({ slotId, subjectId });
   * ```
   */
  within(transaction: HostTransaction): ActorEngine<HostTransaction, Opened>;

  /**
   * Opens a transaction, as `Engine.transaction` does. The callback is given an engine of the same actor.
   *
   * @returns What the callback returns, once all of it is durable.
   * @throws BookingError `invalid_input`, `storage_busy`, `storage_unavailable`, `storage_read_only`,
   * `storage_misused`, `refused_by_database`, `outcome_unknown`, `schema_outdated`, `schema_too_new`,
   * `settings_mismatch`.
   * @example
   * ```ts
   * const own = engine.as(actor);
   * const booked = await own.transaction(({ engine }) => engine.book({ slotId, subjectId, idempotencyKey }));
   * ```
   */
  transaction<Result>(
    callback: (opened: InTransaction<HostTransaction, Opened, ActorEngine<HostTransaction, Opened>>) => Promise<Result>,
  ): Promise<Result>;
}

/**
 * Decides who gets which slot. Every method rejects with a `BookingError`, with one exception: an error that a function
 * of yours throws (a policy, `authorize`, or another option) passes through unchanged. A command whose policy or
 * `authorize` throws changes nothing.
 */
export interface Engine<HostTransaction = unknown, Opened = unknown>
  extends SlotCommands,
    AppointmentCommands,
    Previews,
    EngineReads,
    LiveReads {
  /**
   * The same engine in the name of one actor. Use it for what a person asks for: its commands have this actor, and its
   * reads leave out and hide what `authorize` does not let the actor see. Reads of the engine itself are your own, and
   * `authorize` is not asked about them. It costs nothing, so make one for each request.
   *
   * @param actor `{ kind, id }`, from your session: 1 to 128 characters each.
   * @returns An engine of this actor.
   * @throws BookingError `invalid_input`, at once.
   * @example
   * ```ts
   * const own = engine.as({ kind: "patient", id: "p-1" });
   * const { items } = await own.listAppointments({ limit: 20 });
   * await own.book({ slotId, subjectId: "p-1" });
   * ```
   */
  as(actor: Actor): ActorEngine<HostTransaction, Opened>;

  /**
   * What time it is by the engine's clock, which decides what has begun and which holds are over. It is the system's, unless
   * the option `clock` is another one.
   *
   * @returns A `Date` of its own.
   * @throws BookingError `invalid_input`, at once, if your clock returns no date from the year 1900 to 2199.
   * @example
   * ```ts
   * const { items } = await engine.findOpen({ providerIds: ["dr-grey"], from: engine.now() });
   * ```
   */
  now(): Date;

  /**
   * The same engine inside a transaction that you opened: its commands commit or vanish with your own rows. COMMIT and
   * ROLLBACK stay yours. A refusal leaves the transaction usable. `storage_busy` with `repeat: "transaction"` does not:
   * run all of it again from its BEGIN.
   *
   * @param transaction The open transaction of your driver, as the adapter takes it.
   * @returns An engine that lives as long as the transaction. If the value is not an open transaction, that engine's
   * first call refuses it with `storage_misused`.
   * @example
   * ```ts
   * const { appointment } = await engine.within(transaction).book({ actor, slotId, subjectId });
   * ```
   */
  within(transaction: HostTransaction): Engine<HostTransaction, Opened>;

  /**
   * Opens a transaction, in which the booking and your own rows commit or vanish together: BEGIN, the callback, COMMIT.
   * If the callback throws, everything is rolled back, and the call rejects with the same error. A refusal that the
   * callback catches leaves the transaction usable.
   *
   * If another transaction is in the way (`storage_busy` with `repeat: "transaction"`, which the callback lets pass or
   * throws as the `cause` of an error of its own), all of it is rolled back and run again within the budget for
   * retries. The callback must therefore keep no state and send no message. After that the call rejects with
   * `storage_busy`. It rejects with `outcome_unknown` if the connection is lost during COMMIT: either all of it took
   * effect, or nothing. The transaction can be run again if its commands carry idempotency keys.
   *
   * The isolation level is READ COMMITTED. The connection is the engine's: leave `release`, COMMIT and ROLLBACK to it.
   * Within a transaction, call only the engine that the callback is given, and await what it returns.
   *
   * @returns What the callback returns, once all of it is durable.
   * @throws BookingError `invalid_input`, `storage_busy`, `storage_unavailable`, `storage_read_only`,
   * `storage_misused`, `refused_by_database`, `outcome_unknown`, `schema_outdated`, `schema_too_new`,
   * `settings_mismatch`.
   * @example
   * ```ts
   * const booked = await engine.transaction(async ({ transaction, engine }) => {
   *   const booked = await engine.book({ actor, slotId, subjectId, idempotencyKey });
   *   await transaction.query("insert into invoices (appointment_id) values ($1)", [booked.appointment.id]);
   *   return booked;
   * });
   * ```
   */
  transaction<Result>(callback: (opened: InTransaction<HostTransaction, Opened>) => Promise<Result>): Promise<Result>;
}
