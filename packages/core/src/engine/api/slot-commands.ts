import type {
  BlockInput,
  BreakHoldInput,
  CreateSlotsInput,
  ExtendInput,
  HoldInput,
  ReleaseInput,
  UnblockInput,
} from "../../model/command-inputs.ts";
import type { CreatedSoFar, CreateManySlotsInput } from "../../model/create-many-slots.ts";
import type { ImportBusyInput, ImportedBusy } from "../../model/import-busy.ts";
import type { PublishedSlots, PublishSlotsInput } from "../../model/publish-slots.ts";
import type { SetAvailabilityInput } from "../../model/set-availability-input.ts";
import type { ChangedSlot } from "../../rules/block.ts";
import type { CreatedSlots } from "../../rules/create-slots.ts";
import type { HeldSlot } from "../../rules/hold.ts";
import type { SlotsOfHold } from "../../rules/hold-slots.ts";
import type { ChangedAvailability } from "../../rules/set-availability.ts";
import type { InputOf } from "./whose.ts";

/** The commands about slots. */
export interface SlotCommands<Whose extends "host" | "actor" = "host"> {
  /**
   * Sets the hours of a provider at a facility: when something is on offer, by the clocks of the place. They take the place
   * of those before. Slots stay as they are until `publishSlots` publishes them. The first call also creates the schedule, with
   * the time zone of the hours. A dry run says what publishing would do.
   *
   * @returns The availability, with its new version; of a dry run, with the one that is stored.
   * @throws BookingError `invalid_transition`, `version_conflict`, `invalid_input`, `idempotency_key_reused`,
   * `policy_violation`, `forbidden`, `storage_busy`, `storage_unavailable`, `storage_read_only`, `storage_misused`,
   * `refused_by_database`, `outcome_unknown`, `schema_outdated`, `schema_too_new`, `settings_mismatch`.
   * @example
   * ```ts
   * const { availability } = await engine.setAvailability({
   *   actor,
   *   providerId: "dr-grey",
   *   facilityId: "north",
   *   timeZone: "Europe/Berlin",
   *   hours: { offer: { minutes: 30 }, weekly: [{ days: ["monday"], from: "09:00", to: "12:00" }] },
   * });
   * ```
   */
  setAvailability(input: InputOf<SetAvailabilityInput, Whose>): Promise<ChangedAvailability>;

  /**
   * Makes the slots of a provider at a facility agree with their hours, from now until an instant. It creates the missing ones,
   * keeps those that are there, and withdraws free ones that the hours no longer offer, in one commit for each stretch of
   * time. Blocked time stays blocked, what is booked or held stays and is reported, and slots that were created otherwise
   * are left alone. Run it every night: if nothing has to be done, nothing is written. If it ends early, what it has
   * stored stays, and the error counts it in `details.doneSoFar`.
   *
   * @returns How many slots were created, kept and withdrawn, and which taken ones lie outside of the hours.
   * @throws BookingError `availability_not_found`, `slot_exists`, `slot_overlap`, `invalid_transition`, `aborted`,
   * `invalid_input`, `idempotency_key_reused`, `policy_violation`, `forbidden`, `storage_busy`, `storage_unavailable`,
   * `storage_read_only`, `storage_misused`, `refused_by_database`, `outcome_unknown`, `schema_outdated`, `schema_too_new`,
   * `settings_mismatch`.
   * @example
   * ```ts
   * const until = new Date(Date.now() + 90 * 86_400_000);
   * const { outside } = await engine.publishSlots({ actor, providerId: "dr-grey", facilityId: "north", until });
   * ```
   */
  publishSlots(input: InputOf<PublishSlotsInput, Whose>): Promise<PublishedSlots>;

  /**
   * Takes the times at which another calendar is busy, in the place of what it took of that source before. It blocks what is
   * free, keeps slots from being published there, and reports what is booked or held. What only this source has blocked
   * is free again when its time is over, or withdrawn if it was published of hours that no longer offer it. One commit for
   * each week: if nothing has to be done, nothing is written. If it ends early, what it has stored stays, and the error
   * counts it in `details.doneSoFar`.
   *
   * @returns How many busy times are new and over, how many slots are blocked and freed, and which ones are taken.
   * @throws BookingError `schedule_not_found`, `slot_exists`, `slot_overlap`, `invalid_transition`, `aborted`,
   * `invalid_input`, `idempotency_key_reused`, `policy_violation`, `forbidden`, `storage_busy`, `storage_unavailable`,
   * `storage_read_only`, `storage_misused`, `refused_by_database`, `outcome_unknown`, `schema_outdated`, `schema_too_new`,
   * `settings_mismatch`.
   * @example
   * ```ts
   * const window = { from: new Date(), until: new Date(Date.now() + 90 * 86_400_000) };
   * const place = { providerId: "dr-grey", facilityId: "north", source: "hospital" };
   * const intervals = [{ start: "2027-03-22T09:30[Europe/Berlin]", end: "2027-03-22T11:00[Europe/Berlin]" }];
   * const { taken } = await engine.importBusy({ actor, ...place, ...window, intervals });
   * ```
   */
  importBusy(input: InputOf<ImportBusyInput, Whose>): Promise<ImportedBusy>;

  /**
   * Creates slots on the schedule of a provider at a facility, all of them or none, in one commit. The first call also
   * creates the schedule. `createManySlots` takes more slots than fit into one commit.
   *
   * @returns The schedule, and the slots in the order of the input. The seats of a group slot follow one another.
   * @throws BookingError `slot_exists`, `invalid_time_range`, `slot_overlap`, `schedule_mismatch`,
   * `invalid_transition`, `version_conflict`, `invalid_input`, `idempotency_key_reused`, `policy_violation`,
   * `forbidden`, `storage_busy`, `storage_unavailable`, `storage_read_only`, `storage_misused`, `refused_by_database`,
   * `outcome_unknown`, `schema_outdated`, `schema_too_new`, `settings_mismatch`.
   * @example
   * ```ts
   * const { slots } = await engine.createSlots({
   *   actor,
   *   providerId: "dr-grey",
   *   facilityId: "north",
   *   timeZone: "Europe/Berlin",
   *   slots: [{ start: "2027-03-22T09:00:00+01:00", end: "2027-03-22T09:30:00+01:00" }],
   * });
   * ```
   */
  createSlots(input: InputOf<CreateSlotsInput, Whose>): Promise<CreatedSlots>;

  /**
   * Creates any number of slots on one schedule, in one commit for each chunk, in the memory of one chunk. A call with
   * the same key, inputs and `chunkSize` continues where the first one stopped, and creates nothing twice. An error
   * says in `details.createdSoFar` which slots exist, and in `index` or `issues` which input is wrong. The call has
   * created nothing of that input's chunk and of the inputs after it.
   *
   * @returns The key of the call, and how many inputs have their slots.
   * @throws BookingError `slot_exists`, `invalid_time_range`, `slot_overlap`, `schedule_mismatch`,
   * `invalid_transition`, `aborted`, `invalid_input`, `idempotency_key_reused`, `policy_violation`, `forbidden`,
   * `storage_busy`, `storage_unavailable`, `storage_read_only`, `storage_misused`, `refused_by_database`,
   * `outcome_unknown`, `schema_outdated`, `schema_too_new`, `settings_mismatch`.
   * @example
   * ```ts
   * const inputs = [{ start: "2027-03-22T08:00:00Z", end: "2027-03-22T08:30:00Z" }];
   * const call = { actor, providerId: "dr-grey", facilityId: "north", idempotencyKey: "spring-2027" };
   * const { slots } = await engine.createManySlots({ ...call, slots: inputs });
   * ```
   */
  createManySlots(input: InputOf<CreateManySlotsInput, Whose>): Promise<CreatedSoFar>;

  /**
   * Blocks an available slot, so that nobody can hold or book it. Other slots may overlap a blocked slot. One that `importBusy` has
   * blocked then stays blocked when the other calendar is free again.
   *
   * @returns The slot, now `blocked`.
   * @throws BookingError `slot_not_found`, `slot_booked`, `slot_held`, `slot_blocked`, `slot_withdrawn`, `invalid_transition`,
   * `version_conflict`, `invalid_input`, `idempotency_key_reused`, `policy_violation`, `forbidden`, `storage_busy`,
   * `storage_unavailable`, `storage_read_only`, `storage_misused`, `refused_by_database`, `outcome_unknown`,
   * `schema_outdated`, `schema_too_new`, `settings_mismatch`.
   * @example
   * ```ts
   * const { slot } = await engine.block({ actor, slotId, reason: "Team meeting" });
   * ```
   */
  block(input: InputOf<BlockInput, Whose>): Promise<ChangedSlot>;

  /**
   * Makes a blocked slot available again, unless another slot of the schedule and seat now overlaps it. One that was made of a
   * computed opening is withdrawn.
   *
   * @returns The slot, now `available` or `withdrawn`.
   * @throws BookingError `slot_not_found`, `slot_booked`, `slot_held`, `slot_withdrawn`, `slot_overlap`, `invalid_transition`,
   * `version_conflict`, `invalid_input`, `idempotency_key_reused`, `policy_violation`, `forbidden`, `storage_busy`,
   * `storage_unavailable`, `storage_read_only`, `storage_misused`, `refused_by_database`, `outcome_unknown`,
   * `schema_outdated`, `schema_too_new`, `settings_mismatch`.
   * @example
   * ```ts
   * const { slot } = await engine.unblock({ actor, slotId });
   * ```
   */
  unblock(input: InputOf<UnblockInput, Whose>): Promise<ChangedSlot>;

  /**
   * Holds an available slot for a short while, or several with one token, all or none, or a time: a free slot that contains it,
   * or that of a computed opening, which it makes. Meanwhile only the token's owner can take, extend or release them. When the time is
   * over, they count as available again, and what was made of an opening as withdrawn, without any cleanup job.
   *
   * @returns The slots, now `held`, and the token of the hold. The token is not stored and cannot be read again.
   * @throws BookingError `slot_not_found`, `slot_booked`, `slot_held`, `slot_blocked`, `slot_withdrawn`, `no_slot_available`, `invalid_time_range`, `invalid_transition`,
   * `version_conflict`, `invalid_input`, `idempotency_key_reused`, `policy_violation`, `forbidden`, `storage_busy`,
   * `storage_unavailable`, `storage_read_only`, `storage_misused`, `refused_by_database`, `outcome_unknown`,
   * `schema_outdated`, `schema_too_new`, `settings_mismatch`.
   * @example
   * ```ts
   * const { holdToken } = await engine.hold({ actor, slotId, seconds: 600 });
   * await engine.book({ actor, slotId, subjectId, holdToken });
   * ```
   */
  hold(input: InputOf<HoldInput, Whose>): Promise<HeldSlot>;

  /**
   * Lets a hold last longer, counted from now, while it has not expired. It never ends earlier than it would.
   *
   * @returns The slots, still `held`; `hold.expiresAt` says until when.
   * @throws BookingError `slot_not_found`, `hold_not_found`, `invalid_transition`, `version_conflict`, `hold_expired`,
   * `hold_not_owned`, `invalid_input`, `idempotency_key_reused`, `policy_violation`, `forbidden`, `storage_busy`,
   * `storage_unavailable`, `storage_read_only`, `storage_misused`, `refused_by_database`, `outcome_unknown`,
   * `schema_outdated`, `schema_too_new`, `settings_mismatch`.
   * @example
   * ```ts
   * const { holdToken } = await engine.hold({ actor, slotId, seconds: 300 });
   * const { slot } = await engine.extend({ actor, slotId, holdToken, seconds: 300 });
   * ```
   */
  extend(input: InputOf<ExtendInput, Whose>): Promise<SlotsOfHold>;

  /**
   * Gives held slots back before the hold expires: those that are named, all or none.
   *
   * @returns The slots, now `available`, or `withdrawn` if they were made of computed openings.
   * @throws BookingError `slot_not_found`, `hold_not_found`, `invalid_transition`, `version_conflict`, `hold_expired`,
   * `hold_not_owned`, `invalid_input`, `idempotency_key_reused`, `policy_violation`, `forbidden`, `storage_busy`,
   * `storage_unavailable`, `storage_read_only`, `storage_misused`, `refused_by_database`, `outcome_unknown`,
   * `schema_outdated`, `schema_too_new`, `settings_mismatch`.
   * @example
   * ```ts
   * const { holdToken } = await engine.hold({ actor, slotId });
   * await engine.release({ actor, slotId, holdToken });
   * ```
   */
  release(input: InputOf<ReleaseInput, Whose>): Promise<SlotsOfHold>;

  /**
   * Ends a hold without its token, for those whom `authorize` lets do so: it is asked about this command by its name. With
   * `block`, the slot is blocked in the same commit. An appointment that the slot was held for waits as before.
   *
   * @returns The slot, now `available` or `blocked`, or `withdrawn` if it was made of a computed opening.
   * @throws BookingError `slot_not_found`, `hold_not_found`, `slot_booked`, `slot_blocked`, `slot_withdrawn`, `invalid_transition`,
   * `version_conflict`, `invalid_input`, `idempotency_key_reused`, `policy_violation`, `forbidden`, `storage_busy`,
   * `storage_unavailable`, `storage_read_only`, `storage_misused`, `refused_by_database`, `outcome_unknown`,
   * `schema_outdated`, `schema_too_new`, `settings_mismatch`.
   * @example
   * ```ts
   * await engine.breakHold({ actor, slotId, reason: "The room is closed", block: true });
   * ```
   */
  breakHold(input: InputOf<BreakHoldInput, Whose>): Promise<ChangedSlot>;
}
