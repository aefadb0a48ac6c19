import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, expectTypeOf, it } from "vitest";
import {
  type AcceptedJson,
  type AppointmentJson,
  type AsJson,
  type AvailabilityJson,
  type BookedJson,
  type ChangedAppointmentJson,
  type ChangedAvailabilityJson,
  type ChangedSlotJson,
  type ChangesJson,
  type ChangesPageJson,
  type CreatedSlotsJson,
  type CreatedSoFarJson,
  type DeclinedOfferJson,
  type EndedAppointmentJson,
  type ErrorDetailsJson,
  errorCodes,
  type FreeTimeJson,
  type HeldSlotJson,
  type ImportedBusyJson,
  type IssueCode,
  isErrorCode,
  isErrorResponse,
  isProblemDetails,
  type JournalEntryJson,
  type Json,
  type NextTimesJson,
  type OfferedJson,
  type OpenSlotJson,
  type PageJson,
  type PublishedSlotsJson,
  type ReconcileReportJson,
  type RequestedJson,
  type RescheduledJson,
  type ScheduleJson,
  type ShownAppointmentJson,
  type ShownJournalEntryJson,
  type ShownSlotJson,
  type SlotJson,
  type SlotsOfHoldJson,
  type SyncReportJson,
  type TimesByDayJson,
} from "../src/client/index.ts";
import { type ActorEngine, BookingError, type CreatedSoFar, type Engine, isBookingError } from "../src/index.ts";

const overTheWire = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
/** The calls that an API passes on, with the types that a browser has for their answers. */
interface Answers {
  readonly createSlots: CreatedSlotsJson;
  readonly createManySlots: CreatedSoFarJson;
  readonly block: ChangedSlotJson;
  readonly unblock: ChangedSlotJson;
  readonly hold: HeldSlotJson;
  readonly extend: SlotsOfHoldJson;
  readonly release: SlotsOfHoldJson;
  readonly breakHold: ChangedSlotJson;
  readonly book: BookedJson;
  readonly request: RequestedJson;
  readonly accept: AcceptedJson;
  readonly decline: EndedAppointmentJson;
  readonly offer: OfferedJson;
  readonly acceptOffer: AcceptedJson;
  readonly declineOffer: DeclinedOfferJson;
  readonly reschedule: RescheduledJson;
  readonly checkIn: ChangedAppointmentJson;
  readonly complete: ChangedAppointmentJson;
  readonly markNoShow: EndedAppointmentJson;
  readonly cancel: EndedAppointmentJson;
  readonly publishSlots: PublishedSlotsJson;
  readonly importBusy: ImportedBusyJson;
  readonly setAvailability: ChangedAvailabilityJson;
  readonly getAvailability: AvailabilityJson;
  readonly getSchedule: ScheduleJson;
  readonly getSlot: SlotJson;
  readonly getAppointment: AppointmentJson;
  readonly listSlots: PageJson<SlotJson>;
  readonly findOpen: PageJson<OpenSlotJson>;
  readonly findTimes: PageJson<FreeTimeJson>;
  readonly nextTimes: NextTimesJson;
  readonly countTimes: TimesByDayJson;
  readonly listAppointments: PageJson<AppointmentJson>;
  readonly history: PageJson<JournalEntryJson>;
  readonly changes: ChangesPageJson;
  readonly subscribe: ChangesJson;
  readonly checkSync: SyncReportJson;
  readonly reconcile: ReconcileReportJson;
}

/** The same, where an actor's engine answers otherwise. */
interface AnswersToActor
  extends Omit<
    Answers,
    "getSlot" | "getAppointment" | "listSlots" | "listAppointments" | "history" | "changes" | "subscribe"
  > {
  readonly getSlot: ShownSlotJson;
  readonly getAppointment: ShownAppointmentJson;
  readonly listSlots: PageJson<ShownSlotJson>;
  readonly listAppointments: PageJson<ShownAppointmentJson>;
  readonly history: PageJson<ShownJournalEntryJson>;
  readonly changes: ChangesPageJson<ShownJournalEntryJson>;
  readonly subscribe: ChangesJson<ShownJournalEntryJson>;
}

/** What the calls of an engine answer, as JSON has it. */
type AnswersOf<Made> = {
  readonly [Name in Exclude<
    keyof Made,
    "as" | "now" | "within" | "transaction" | "follow" | "preview" | "explain"
  >]: Made[Name] extends (...input: never) => Promise<infer Answer> | AsyncIterable<infer Answer>
    ? AsJson<Answer>
    : never;
};

const taken = new BookingError("slot_held", { slotId: "s-1", heldUntil: new Date(0) });

/** All that a module reaches when it is loaded; imports of types alone leave nothing behind. */
function reachedFrom(file: string, reached = new Set<string>()): ReadonlySet<string> {
  if (reached.has(file)) return reached;
  reached.add(file);
  const source = readFileSync(file, "utf8");
  for (const [, kind, name = ""] of source.matchAll(/^(?:import|export)\s+(type\s)?[^;]*?from "([^"]+)";$/gm)) {
    if (kind !== undefined) continue;
    if (name.startsWith(".")) reachedFrom(join(dirname(file), name), reached);
    else reached.add(name);
  }
  for (const [, name = ""] of source.matchAll(/^import "([^"]+)";$/gm)) reached.add(name);
  return reached;
}

describe("the entry for browsers", () => {
  const reached = [...reachedFrom(join(import.meta.dirname, "../src/client/index.ts"))];

  it("reaches only its own files: no module of Node, no Zod", () => {
    expect(reached.length).toBeGreaterThan(5);
    expect(reached.filter((name) => !name.endsWith(".ts"))).toEqual([]);
  });

  it("has nothing in it that only Node has", () => {
    const globals = /\b(?:Buffer|process|require|__dirname|setImmediate)\b(?!["'`])/;
    const code = (file: string) =>
      readFileSync(file, "utf8").replaceAll(/\/\*[\s\S]*?\*\/|\/\/.*|"[^"]*"|`[^`]*`/g, "");
    expect(reached.filter((file) => globals.test(code(file)))).toEqual([]);
  });

  it("tells an error by its code, as a response and as problem details", () => {
    const [response, problem] = [overTheWire(taken.toResponse()), overTheWire(taken.toProblem())];
    if (!isErrorResponse(response, "slot_held") || !isProblemDetails(problem, "slot_held")) expect.unreachable();
    expectTypeOf(response.details.heldUntil).toEqualTypeOf<string>();
    expect(response.details.heldUntil).toBe("1970-01-01T00:00:00.000Z");
    expect(problem.details).toEqual(response.details);
  });

  it("knows which details an answer shows", () => {
    expectTypeOf<ErrorDetailsJson<"slot_overlap">>().not.toHaveProperty("conflictingSlotId");
    expectTypeOf<ErrorDetailsJson<"slot_held">["timeZone"]>().toEqualTypeOf<string | undefined>();
    expectTypeOf<ErrorDetailsJson<"invalid_input">["issues"][number]["code"]>().toEqualTypeOf<IssueCode>();
  });

  it("knows that an answer may say what a call had created before it ended", () => {
    const createdSoFar = { idempotencyKey: "k-1", inputs: 50, slots: 100 };
    const error: unknown = new BookingError("storage_unavailable", { createdSoFar });
    if (!isBookingError(error, "storage_unavailable")) expect.unreachable();
    expectTypeOf(error.details.createdSoFar).toEqualTypeOf<CreatedSoFar | undefined>();
    const [response, problem] = [error.toResponse(), error.toProblem()];
    expectTypeOf(response.details.createdSoFar).toEqualTypeOf<CreatedSoFar | undefined>();
    expectTypeOf(problem.details.createdSoFar).toEqualTypeOf<CreatedSoFar | undefined>();
    const body = overTheWire(response);
    if (isErrorResponse(body, "storage_busy") && body.details.createdSoFar) expect.unreachable();
    if (!isErrorResponse(body, "storage_unavailable")) expect.unreachable();
    expectTypeOf(body.details.createdSoFar).toEqualTypeOf<CreatedSoFarJson | undefined>();
    expect(body.details.createdSoFar).toEqual(createdSoFar);
    expectTypeOf<ErrorDetailsJson["createdSoFar"]>().toEqualTypeOf<CreatedSoFarJson | undefined>();
  });

  it("takes nothing else for an error", () => {
    const response = taken.toResponse();
    expect(isErrorResponse(response, "slot_booked")).toBe(false);
    for (const other of [null, "slot_held", {}, { ...response, scenario: "made_up" }, { ...response, details: null }]) {
      expect(isErrorResponse(other)).toBe(false);
      expect(isProblemDetails(other)).toBe(false);
    }
    expect(isErrorResponse(taken.toProblem())).toBe(false);
    expect(isProblemDetails(response)).toBe(false);
    expect(errorCodes.every(isErrorCode)).toBe(true);
    expect(isErrorCode("toString")).toBe(false);
  });

  it("has times as strings, however deep they are", () => {
    expectTypeOf<SlotJson["start"]>().toEqualTypeOf<string>();
    expectTypeOf<NonNullable<SlotJson["hold"]>["expiresAt"]>().toEqualTypeOf<string>();
    expectTypeOf<AppointmentJson["slotIds"]>().toEqualTypeOf<readonly string[]>();
    expectTypeOf<JournalEntryJson["at"]>().toEqualTypeOf<string>();
  });

  it("has a type for the answer of every call, of the host's engine and of an actor's", () => {
    expectTypeOf<AnswersOf<Engine>>().toExtend<Answers>();
    expectTypeOf<AnswersOf<ActorEngine>>().toExtend<AnswersToActor>();
    expectTypeOf<keyof AnswersOf<Engine>>().toEqualTypeOf<keyof Answers>();
    expectTypeOf<keyof AnswersOf<ActorEngine>>().toEqualTypeOf<keyof Answers>();
  });

  it("says of what an actor sees which fields may be hidden, and only of that", () => {
    expectTypeOf<AnswersOf<ActorEngine>>().not.toExtend<Answers>();
    expectTypeOf<ShownAppointmentJson["subjectId"]>().toEqualTypeOf<string | null>();
    expectTypeOf<ShownAppointmentJson["start"]>().toEqualTypeOf<string>();
    expectTypeOf<ShownSlotJson["hold"]>().toEqualTypeOf<SlotJson["hold"]>();
    expectTypeOf<ShownJournalEntryJson["actor"]>().toEqualTypeOf<JournalEntryJson["actor"] | null>();
    expectTypeOf<JournalEntryJson["changes"]>().toEqualTypeOf<{
      readonly [field: string]: { readonly from?: Json; readonly to: Json };
    }>();
    expectTypeOf<SlotJson>().toExtend<ShownSlotJson>();
  });
});
