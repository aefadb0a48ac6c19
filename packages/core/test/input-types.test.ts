import { describe, expectTypeOf, it } from "vitest";
import type { z } from "zod";
import type {
  AcceptInput,
  Actor,
  ActorEngine,
  Appointment,
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
  CountTimesInput,
  CreateManySlotsInput,
  CreateSlotsInput,
  EndedAppointment,
  Engine,
  ExplainSlotInput,
  ExplainTimeInput,
  FindOpenInput,
  FindTimesInput,
  GetScheduleInput,
  HoldInput,
  ListAppointmentsInput,
  ListSlotsInput,
  MarkNoShowInput,
  Metadata,
  NewSlotInput,
  NextTimesInput,
  Page,
  ReconcileInput,
  ReleaseInput,
  RescheduleInput,
  RescheduleSlotInput,
  RescheduleTimeInput,
  Shown,
  Slot,
  SlotHistoryInput,
  SyncReport,
  UnblockInput,
} from "../src/index.ts";
import type * as commands from "../src/model/commands.ts";
import type { createManySlotsSchema } from "../src/model/create-many-slots.ts";
import type {
  countTimesSchema,
  explainSlotSchema,
  explainTimeSchema,
  findOpenSchema,
  findTimesSchema,
  getScheduleSchema,
  historySchema,
  listAppointmentsSchema,
  listSlotsSchema,
  nextTimesSchema,
  reconcileSchema,
} from "../src/model/queries.ts";

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
  readonly getScheduleSchema: typeof getScheduleSchema;
  readonly listSlotsSchema: typeof listSlotsSchema;
  readonly findOpenSchema: typeof findOpenSchema;
  readonly findTimesSchema: typeof findTimesSchema;
  readonly nextTimesSchema: typeof nextTimesSchema;
  readonly countTimesSchema: typeof countTimesSchema;
  readonly listAppointmentsSchema: typeof listAppointmentsSchema;
  readonly reconcileSchema: typeof reconcileSchema;
  readonly explainSlotSchema: typeof explainSlotSchema;
  readonly explainTimeSchema: typeof explainTimeSchema;
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
  readonly rescheduleSlotSchema: RescheduleSlotInput;
  readonly rescheduleTimeSchema: RescheduleTimeInput;
  readonly checkInSchema: CheckInInput;
  readonly completeSchema: CompleteInput;
  readonly markNoShowSchema: MarkNoShowInput;
  readonly cancelSchema: CancelInput;
  readonly getScheduleSchema: GetScheduleInput;
  readonly listSlotsSchema: ListSlotsInput;
  readonly findOpenSchema: FindOpenInput;
  readonly findTimesSchema: FindTimesInput;
  readonly nextTimesSchema: NextTimesInput;
  readonly countTimesSchema: CountTimesInput;
  readonly listAppointmentsSchema: ListAppointmentsInput;
  readonly explainSlotSchema: ExplainSlotInput;
  readonly explainTimeSchema: ExplainTimeInput;
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

  it("of an actor's engine name no actor", () => {
    type Own = { [Name in keyof CommandInputs]: Parameters<ActorEngine[Name]>[0] };
    expectTypeOf<Own[keyof CommandInputs]>().not.toHaveProperty("actor");
    expectTypeOf<Omit<BookSlotInput, "actor"> | Omit<BookTimeInput, "actor">>().toEqualTypeOf<Own["book"]>();
    expectTypeOf<Parameters<ActorEngine["createManySlots"]>[0]>().toEqualTypeOf<Omit<CreateManySlotsInput, "actor">>();
    expectTypeOf<Parameters<ActorEngine["reconcile"]>[0]>().toEqualTypeOf<Omit<ReconcileInput, "actor">>();
    // @ts-expect-error An actor in the input would be refused.
    const named: Own["cancel"] = { appointmentId: "a", actor: { kind: "patient", id: "p-1" } };
    expectTypeOf(named).toEqualTypeOf<Omit<CancelInput, "actor">>();
  });

  it("of the answers of an actor's engine say which fields may be null", () => {
    type Answer<Name extends keyof ActorEngine> = Awaited<ReturnType<ActorEngine[Name]>>;
    expectTypeOf<Answer<"getAppointment">>().toEqualTypeOf<Shown<Appointment>>();
    expectTypeOf<Answer<"getAppointment">["subjectId"]>().toEqualTypeOf<string | null>();
    expectTypeOf<Answer<"getAppointment">["start"]>().toEqualTypeOf<Date>();
    expectTypeOf<Answer<"getSlot">["metadata"]>().toEqualTypeOf<Metadata | null>();
    expectTypeOf<Answer<"listSlots">>().toEqualTypeOf<Page<Shown<Slot>>>();
    expectTypeOf<Answer<"listAppointments">>().toEqualTypeOf<Page<Shown<Appointment>>>();
    expectTypeOf<Answer<"history">["items"][number]["actor"]>().toEqualTypeOf<Actor | null>();
    expectTypeOf<Answer<"checkSync">>().toEqualTypeOf<SyncReport>();
    expectTypeOf<Answer<"cancel">>().toEqualTypeOf<EndedAppointment>();
    // What the host reads itself fits wherever an actor's answer does.
    expectTypeOf<Appointment>().toExtend<Shown<Appointment>>();
  });
});
