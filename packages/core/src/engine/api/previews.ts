import type { CommandInputs } from "../../model/command-inputs.ts";
import type { ExplainInput } from "../../model/read-inputs.ts";
import type { Slot } from "../../model/slot.ts";
import type { CommandResult } from "../../rules/index.ts";
import type { Explanation } from "../explain/explain.ts";
import type { Preview } from "../preview/preview.ts";
import type { InputOf, SeenBy } from "./whose.ts";

/** What a preview takes: the input of the command, without a key. */
export type PreviewInput<Name extends keyof CommandInputs, Whose extends "host" | "actor" = "host"> = WithoutKey<
  InputOf<CommandInputs[Name], Whose>
>;

type WithoutKey<Input> = Input extends unknown ? Omit<Input, "idempotencyKey"> : never;

/** What a command would do, and what is on offer. */
export interface Previews<Whose extends "host" | "actor" = "host"> {
  /**
   * Decides a command as it would be decided now, and changes nothing. `authorize` and the policies are asked. The
   * answer has all reasons against the command, and not only the first: a screen can show each beside what may help.
   * It is a hint. Somebody may be faster, so only the command itself is an answer.
   *
   * Within a transaction of yours it locks what the command would lock, and holds until the transaction ends.
   *
   * @param command The name of a command. `publishSlots` and `importBusy` are not among them, and have `dryRun`; for
   * `createManySlots`, preview `createSlots`.
   * @param input What the command takes, without an `idempotencyKey`.
   * @returns What the command would return, or the reasons against it. The first is what it would reject with.
   * @throws BookingError `invalid_input`, `storage_busy`, `storage_unavailable`, `storage_read_only`,
   * `storage_misused`, `refused_by_database`, `schema_outdated`, `schema_too_new`.
   * @example
   * ```ts
   * const answer = await engine.preview("book", { actor, slotId, subjectId });
   * if (!answer.possible) console.log(answer.reasons.map(({ error, helps }) => `${error.code}: ${helps.join(", ")}`));
   * ```
   */
  preview<Name extends keyof CommandInputs>(
    command: Name,
    input: PreviewInput<Name, Whose>,
  ): Promise<Preview<CommandResult<Name>>>;

  /**
   * Says why a slot or a time is on offer, or why not. It decides as a preview of the booking does, and as a search
   * with the same `subjectId`: a slot that it calls on offer is one that `findOpen` offers and `book` takes at this
   * instant, and a computed opening one that `findTimes` offers. Without a `subjectId`, nobody is to book yet, and only
   * the state of the slot counts.
   *
   * A time is on offer if one of the slots that contain it is: `book` with the id of that slot, and with the `start` and
   * `end`, then takes it. A computed opening is on offer too, with a `slot` of null: `book` with the time takes it. If no
   * slot contains the time, and it is no computed opening, the first reason is `no_slot_available`, a `slot_overlap`
   * names each slot that lies partly there, and the policies follow. It looks at up to 1000 slots that contain the time.
   *
   * @returns Whether it is on offer, all reasons against it, and the slot: null if no slot contains the time, and if the
   * actor may not see it.
   * @throws BookingError `slot_not_found`, `invalid_time_range`, `invalid_input`, `storage_busy`, `storage_unavailable`,
   * `storage_read_only`, `storage_misused`, `refused_by_database`, `schema_outdated`, `schema_too_new`.
   * @example
   * ```ts
   * const { onOffer, reasons } = await engine.as(actor).explain({ slotId, subjectId });
   * if (!onOffer) console.log(reasons.map(({ error }) => error.toResponse().message));
   * ```
   */
  explain(input: ExplainInput): Promise<Explanation<SeenBy<Slot, Whose>>>;
}
