import { readFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { describe, expect, expectTypeOf, it } from "vitest";
import {
  type AppointmentJson,
  type AsJson,
  type CreatedSoFarJson,
  type ErrorDetailsJson,
  errorCodes,
  type IssueCode,
  isErrorCode,
  isErrorResponse,
  isProblemDetails,
  type JournalEntryJson,
  type ReconcileReportJson,
  type ShownAppointmentJson,
  type ShownJournalEntryJson,
  type ShownSlotJson,
  type SlotJson,
  type SyncReportJson,
} from "../src/client/index.ts";
import { type ActorEngine, BookingError } from "../src/index.ts";

const overTheWire = (value: unknown): unknown => JSON.parse(JSON.stringify(value));
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

  it("fits what an engine with an actor answers, in which hidden fields are null", () => {
    type Json<Name extends "getSlot" | "getAppointment" | "createManySlots" | "checkSync" | "reconcile"> = AsJson<
      Awaited<ReturnType<ActorEngine[Name]>>
    >;
    expectTypeOf<Json<"getSlot">>().toExtend<ShownSlotJson>();
    expectTypeOf<Json<"getAppointment">>().toExtend<ShownAppointmentJson>();
    expectTypeOf<ShownAppointmentJson["subjectId"]>().toEqualTypeOf<string | null>();
    expectTypeOf<AppointmentJson>().toExtend<ShownAppointmentJson>();
    expectTypeOf<JournalEntryJson>().toExtend<ShownJournalEntryJson>();
    expectTypeOf<Json<"createManySlots">>().toExtend<CreatedSoFarJson>();
    expectTypeOf<Json<"checkSync">>().toExtend<SyncReportJson>();
    expectTypeOf<Json<"reconcile">>().toExtend<ReconcileReportJson>();
  });

  it("knows what a call that creates many slots had created before it failed", () => {
    const createdSoFar = { idempotencyKey: "k", inputs: 2, slots: 2 };
    const details = { idempotencyKey: "k", waitedMs: 1, repeat: "command", createdSoFar } as const;
    const body = overTheWire(new BookingError("storage_busy", details).toResponse());
    if (!isErrorResponse(body, "storage_busy")) expect.unreachable();
    expectTypeOf(body.details.createdSoFar).toEqualTypeOf<CreatedSoFarJson | undefined>();
    expect(body.details.createdSoFar).toEqual(createdSoFar);
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
});
