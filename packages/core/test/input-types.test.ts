import { describe, expectTypeOf, it } from "vitest";
import type { z } from "zod";
import type {
  AcceptInput,
  AppointmentHistoryInput,
  BlockInput,
  BookSlotInput,
  BookTimeInput,
  CancelInput,
  CheckInInput,
  CommandInput,
  CommandInputs,
  CommandResult,
  CompleteInput,
  CreateManySlotsInput,
  CreateSlotsInput,
  Engine,
  HoldInput,
  ListAppointmentsInput,
  ListSlotsInput,
  MarkNoShowInput,
  NewSlotInput,
  ReconcileInput,
  ReleaseInput,
  RescheduleInput,
  SlotHistoryInput,
  UnblockInput,
} from "../src/index.ts";
import type * as commands from "../src/model/commands.ts";
import type { createManySlotsSchema } from "../src/model/create-many-slots.ts";
import type { historySchema, listAppointmentsSchema, listSlotsSchema, reconcileSchema } from "../src/model/queries.ts";

/** Without `readonly`, and with any function in place of a function: a schema checks neither. */
type AsChecked<T> = T extends (...args: never[]) => unknown
  ? "a function"
  : T extends Date | AbortSignal
    ? T
    : T extends object
      ? { -readonly [K in keyof T]: AsChecked<T[K]> }
      : T;

type Schemas = typeof commands & {
  readonly createManySlotsSchema: typeof createManySlotsSchema;
  readonly listSlotsSchema: typeof listSlotsSchema;
  readonly listAppointmentsSchema: typeof listAppointmentsSchema;
  readonly reconcileSchema: typeof reconcileSchema;
  readonly slotHistory: (typeof historySchema.options)[0];
  readonly appointmentHistory: (typeof historySchema.options)[1];
};

/** A schema's input and the interface that documents it, which must be the same type. */
interface Pairs {
  readonly newSlotSchema: NewSlotInput;
  readonly createSlotsSchema: CreateSlotsInput;
  readonly createManySlotsSchema: CreateManySlotsInput;
  readonly blockSchema: BlockInput;
  readonly unblockSchema: UnblockInput;
  readonly holdSchema: HoldInput;
  readonly releaseSchema: ReleaseInput;
  readonly bookSlotSchema: BookSlotInput;
  readonly bookTimeSchema: BookTimeInput;
  readonly acceptSchema: AcceptInput;
  readonly rescheduleSchema: RescheduleInput;
  readonly checkInSchema: CheckInInput;
  readonly completeSchema: CompleteInput;
  readonly markNoShowSchema: MarkNoShowInput;
  readonly cancelSchema: CancelInput;
  readonly listSlotsSchema: ListSlotsInput;
  readonly listAppointmentsSchema: ListAppointmentsInput;
  readonly slotHistory: SlotHistoryInput;
  readonly appointmentHistory: AppointmentHistoryInput;
  readonly reconcileSchema: ReconcileInput;
}

type Same<A, B> = AsChecked<A> extends AsChecked<B> ? (AsChecked<B> extends AsChecked<A> ? true : false) : false;
type SameKeys<A, B> = [keyof A, keyof B] extends [keyof B, keyof A] ? true : false;

type Checked = {
  readonly [Name in keyof Pairs]: z.input<Schemas[Name]> extends infer Input
    ? [Same<Input, Pairs[Name]>, SameKeys<Input, Pairs[Name]>]
    : never;
};

describe("the types of inputs", () => {
  it("say of every command and read what its schema takes, field by field", () => {
    expectTypeOf<Checked>().toEqualTypeOf<{ readonly [Name in keyof Pairs]: [true, true] }>();
  });

  it("are those that the engine's methods have", () => {
    type Methods = { [Name in keyof CommandInputs]: (input: CommandInput<Name>) => Promise<CommandResult<Name>> };
    expectTypeOf<Pick<Engine, keyof CommandInputs>>().toExtend<Methods>();
    expectTypeOf<Methods>().toExtend<Pick<Engine, keyof CommandInputs>>();
  });
});
