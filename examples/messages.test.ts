import { BookingError, createEngine, isBookingError } from "@slotwright/core";
import { memoryAdapter } from "@slotwright/core/memory";
import { expect, it } from "vitest";
import { answerTo } from "./messages.ts";

const patient = { kind: "patient", id: "ada" };

async function refusedTo(language: string, wish: object) {
  const engine = createEngine({ storage: memoryAdapter() });
  const { slots } = await engine.createSlots({
    actor: { kind: "provider", id: "dr-weber" },
    providerId: "dr-weber",
    facilityId: "north",
    timeZone: "Europe/Berlin",
    slots: [{ start: "2027-03-22T08:00:00Z", end: "2027-03-22T08:30:00Z" }],
  });
  const slotId = slots[0]?.id ?? "";
  await engine.book({ actor: patient, subjectId: "ada", slotId });
  const input = { actor: patient, subjectId: "ben", slotId, ...wish };
  const error: unknown = await engine.book(input as never).catch((refusal: unknown) => refusal);
  if (!isBookingError(error)) throw error;
  return answerTo(error, language);
}

it("says in German, by the clock of Berlin, that nothing is free", async () => {
  const [start, end] = ["2027-03-29T08:00:00Z", "2027-03-29T08:30:00Z"];
  const wish = { slotId: undefined, providerId: "dr-weber", facilityId: "north", start, end };
  const { message } = await refusedTo("de-DE", wish);
  expect(message).toBe("Für Mo., 29. März 2027, 10:00–10:30 Uhr ist kein Termin frei.");
});

it("says in German that a time is not reserved, where it may be free all the same", async () => {
  const [start, end] = ["2027-03-22T08:00:00Z", "2027-03-22T08:30:00Z"];
  const wish = { slotId: undefined, providerId: "dr-weber", facilityId: "north", start, end, holdToken: "lost" };
  expect((await refusedTo("de", wish)).message).toBe(
    "Der Termin Mo., 22. März 2027, 09:00–09:30 Uhr ist nicht für Sie reserviert. Bitte wählen Sie ihn noch einmal.",
  );
});

it("says in German what those who keep the calendar can do", () => {
  const error = new BookingError("slot_booked", { slotId: "s", command: "block" });
  expect(answerTo(error, "de").message).toBe(
    "Dieser Termin ist vergeben. Bitte sagen Sie ihn erst ab, oder verlegen Sie ihn.",
  );
});

it("says in German what is missing, and in English what has no German text", async () => {
  expect(await refusedTo("de", { subjectId: undefined })).toMatchObject({
    message: "Bitte prüfen Sie Ihre Angaben.",
    details: { issues: [{ path: "subjectId", code: "required", message: "Bitte ausfüllen." }] },
  });
  expect((await refusedTo("de", { providerId: "other" })).message).toMatch(/^This time belongs to a different person/);
  expect((await refusedTo("fr", {})).message).toBe("This time has just been taken. Please choose another one.");
});

it("says in German that the system is at fault, and nothing that is for developers", () => {
  const { message } = answerTo(new BookingError("storage_misused", { problem: "within() was given a pool." }), "de");
  expect(message).toBe("Das geht gerade nicht, weil dieses System eine Störung hat. Bitte melden Sie das.");
});
