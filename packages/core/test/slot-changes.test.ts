import { describe, expect, it } from "vitest";
import { BookingError, createEngine, isBookingError } from "../src/index.ts";
import { memoryAdapter } from "../src/memory/index.ts";

const actor = { kind: "provider", id: "w" };
const place = { providerId: "w", facilityId: "n" };
const at = (hour: number) => ({
  start: new Date(Date.UTC(2027, 2, 22, hour)),
  end: new Date(Date.UTC(2027, 2, 22, hour + 1)),
});

/** A slot that is booked, one that is held, one that is free, and one that is blocked below another one. */
async function stage() {
  const engine = createEngine({ storage: memoryAdapter() });
  const { slots } = await engine.createSlots({ actor, ...place, slots: [8, 9, 10, 11].map(at) });
  const [booked, held, free, blocked] = slots.map(({ id }) => id) as [string, string, string, string];
  await engine.book({ actor, slotId: booked, subjectId: "ada" });
  await engine.hold({ actor, slotId: held });
  await engine.block({ actor, slotId: blocked });
  await engine.createSlots({ actor, ...place, slots: [at(11)] });
  return { engine, booked, held, free, blocked };
}

type Stage = Awaited<ReturnType<typeof stage>>;

async function refusalOf(call: Promise<unknown>): Promise<BookingError> {
  const error = await call.then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!isBookingError(error)) throw new Error(`expected a BookingError, got ${String(error)}`);
  return error;
}

const why = { actor, reason: "ill" };

describe("a change of a slot that its state does not allow", () => {
  it.each<[string, (stage: Stage) => Promise<unknown>, string, RegExp, string]>([
    [
      "block of a booked slot",
      ({ engine, booked }) => engine.block({ actor, slotId: booked }),
      "slot_booked",
      /is booked, so the command block does not apply to it\. To free it, cancel its appointment/,
      "This time is booked. To free it, please cancel or move the appointment.",
    ],
    [
      "breakHold of a booked slot",
      ({ engine, booked }) => engine.breakHold({ ...why, slotId: booked }),
      "slot_booked",
      /the command breakHold does not apply to it\. To free it, cancel its appointment/,
      "This time is booked. To free it, please cancel or move the appointment.",
    ],
    [
      "block of a held slot",
      ({ engine, held }) => engine.block({ actor, slotId: held }),
      "slot_held",
      /block does not apply to it\. End the hold with breakHold and block: true, or wait until then\.$/,
      "end the reservation first, or wait until then.",
    ],
    [
      "unblock of a held slot",
      ({ engine, held }) => engine.unblock({ actor, slotId: held }),
      "slot_held",
      /unblock does not apply to it\. End the hold with breakHold, or wait until then\.$/,
      "end the reservation first, or wait until then.",
    ],
    [
      "block of a blocked slot",
      ({ engine, blocked }) => engine.block({ actor, slotId: blocked }),
      "slot_blocked",
      /block does not apply to it\. unblock makes it free again\.$/,
      "This time is blocked. Please reload the page to see what is possible.",
    ],
    [
      "breakHold of a free slot",
      ({ engine, free }) => engine.breakHold({ ...why, slotId: free }),
      "hold_not_found",
      /There is no hold to end; block makes the slot unavailable\.$/,
      "This time is not reserved for anyone. Please reload the page to see what is possible.",
    ],
    [
      "unblock below another slot",
      ({ engine, blocked }) => engine.unblock({ actor, slotId: blocked }),
      "slot_overlap",
      /Block that one first, once it is free, or leave this one blocked\.$/,
      "Please block that one first, or leave this one blocked.",
    ],
  ])("is told to those who keep the calendar: %s", async (_what, call, code, message, shown) => {
    const error = await refusalOf(call(await stage()));
    expect(error.code).toBe(code);
    expect(error.message).toMatch(message);
    const response = error.toResponse();
    expect(response.message).toContain(shown);
    expect(response.details).toHaveProperty("command", (error.details as { command?: string }).command);
    for (const text of [error.message, response.message]) expect(text).not.toMatch(/choose|for you/i);
  });

  it("names the calendar whose busy time it is, and does not advise what is refused", async () => {
    const { engine } = await stage();
    const [from, until] = [at(20).start, at(22).start];
    await engine.importBusy({ actor, ...place, source: "hospital", from, until, intervals: [at(20)] });
    const { items } = await engine.listSlots({ from, to: until });
    const slotId = items[0]?.id ?? "";
    for (const call of [engine.block({ actor, slotId }), engine.breakHold({ ...why, slotId })]) {
      const error = await refusalOf(call);
      expect(error).toMatchObject({ code: "slot_blocked", details: { busySource: "hospital" } });
      expect(error.message).toMatch(
        /the calendar "hospital" is busy: change it in that calendar and import it again\.$/,
      );
      expect(error.toResponse().details).not.toHaveProperty("busySource");
    }
    const taken = await refusalOf(engine.book({ actor, slotId, subjectId: "ben" }));
    expect(taken.details).not.toHaveProperty("busySource");
  });

  it("is told to those who take slots as before", async () => {
    const { engine, booked, held } = await stage();
    const taken = await refusalOf(engine.book({ actor, slotId: booked, subjectId: "ben" }));
    expect(taken.toResponse().message).toBe("This time has just been taken. Please choose another one.");
    expect(taken.details).not.toHaveProperty("command");
    const kept = await refusalOf(engine.hold({ actor, slotId: held }));
    expect(kept.message).toMatch(/Choose another slot, or look again after that time\.$/);
    const overlap = await refusalOf(engine.createSlots({ actor, ...place, slots: [at(8)] }));
    expect(overlap.message).toMatch(/Choose a time that is free\.$/);
  });
});

describe("advice", () => {
  it("names ifNoSlot only to a call that takes it", async () => {
    const { engine } = await stage();
    const held = await refusalOf(engine.hold({ actor, ...place, ...at(20) }));
    expect(held.message).toMatch(/that contains .*\. Choose another time\.$/);
    expect(held.toResponse().details).toMatchObject({ command: "hold" });
    const booked = await refusalOf(engine.book({ actor, ...place, ...at(20), subjectId: "ben" }));
    expect(booked.message).toContain('ifNoSlot: "schedule"');
    expect(booked.details).not.toHaveProperty("command");
  });

  it("of what is not certain does not name one cause of several", () => {
    for (const idempotencyKey of ["k", null]) {
      const error = new BookingError("outcome_unknown", { idempotencyKey });
      for (const text of [error.message, error.toResponse().message]) expect(text).not.toMatch(/connection/);
      expect(error.message).toContain("the error's cause");
    }
  });

  it("of a transaction that has to run again does not say that another one was there", () => {
    const error = new BookingError("storage_busy", { idempotencyKey: null, waitedMs: 0, repeat: "transaction" });
    expect(error.message).toMatch(
      /another one was in its way, or .* cause says\. Roll it back, and run all of it again/,
    );
  });
});
