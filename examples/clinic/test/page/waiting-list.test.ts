import { expect, test } from "vitest";
import { namesOf } from "../../page/src/directory/names.ts";
import { whyNotInto } from "../../page/src/waiting-list/fit.ts";
import { facilities, patients, providers } from "../../people.ts";

const me = { id: "dr-osei", name: "Dr Amara Osei", kind: "provider" } as const;
const names = namesOf({ me, facilities, providers, patients, searchableDays: 60, warning: "" });

const start = new Date("2026-11-30T09:00:00Z");
const end = new Date("2026-11-30T09:30:00Z");
const appointment = { providerId: "dr-osei", facilityId: "harbour", start, end };
const slot = { ...appointment, status: "available" } as const;

test("an appointment fits into a free slot that contains its time", () => {
  expect(whyNotInto(slot, appointment, names)).toBeNull();
  const longer = { ...slot, start: new Date("2026-11-30T08:30:00Z"), end: new Date("2026-11-30T10:00:00Z") };
  expect(whyNotInto(longer, appointment, names)).toBeNull();
});

test.each([
  [{ providerId: "j-lindqvist" }, "Dr Amara Osei"],
  [{ facilityId: "hillside" }, "Harbour Clinic"],
  [{ start: new Date("2026-11-30T09:05:00Z") }, "Mon 30 Nov, 10:00–10:30"],
  [{ end: new Date("2026-11-30T09:25:00Z") }, "Mon 30 Nov, 10:00–10:30"],
  [{ status: "booked" }, "booked"],
  [{ status: "held" }, "about to book"],
  [{ status: "blocked" }, "This slot is blocked"],
] as const)("into a slot with %o it does not fit, and is told why: %s", (other, why) => {
  expect(whyNotInto({ ...slot, ...other }, appointment, names)).toContain(why);
});

const wish = { slotId: "second", start: new Date("2026-11-30T13:00:00Z"), end: new Date("2026-11-30T13:30:00Z") };
const heldUntil = new Date("2026-12-01T09:00:00Z");
const asking = { ...appointment, request: { wishes: [wish], heldUntil, expiresAt: null, offer: null } };
const wished = {
  ...slot,
  ...wish,
  id: "second",
  hold: { tokenHash: "", expiresAt: heldUntil, holderId: null },
} as const;

const offeredTo = {
  ...asking,
  request: { ...asking.request, offer: { slotId: "second", start, end, expiresAt: end } },
};

test("an appointment fits into a slot that it asked for, and that is held as long as it is offered", () => {
  const held = { ...wished, status: "held", hold: { ...wished.hold, expiresAt: end } } as const;
  expect(whyNotInto(held, offeredTo, names)).toBeNull();
  expect(whyNotInto({ ...held, id: "other" }, offeredTo, names)).not.toBeNull();
});

test.each([
  ["a free slot of another time, if it asked for it", wished, true],
  ["one that is held for it", { ...wished, status: "held" } as const, true],
  [
    "one that is held for somebody else",
    { ...wished, status: "held", hold: { ...wished.hold, expiresAt: end } } as const,
    false,
  ],
  ["one that is booked", { ...wished, status: "booked" } as const, false],
  ["a slot of that time that it did not ask for", { ...wished, id: "other" }, false],
] as const)("whether an appointment fits into %s", (_, into, fits) => {
  expect(whyNotInto(into, asking, names) === null).toBe(fits);
});
