import assert from "node:assert/strict";
import { sqliteAdapter } from "@slotwright/adapter-sqlite";
import {
  type AudienceOf,
  buffer,
  createEngine,
  isBookingError,
  maximumAppointments,
  maximumPerDay,
  noOverlapOfSubject,
  type Policy,
} from "@slotwright/core";
import { askPolicy } from "@slotwright/core/checking";

const hour = 60;
const day = 24 * hour;

// A policy of your own says in data what it has to see. Here it is what the provider has around each slot that is taken.
const breakAfterFourHours: Policy = {
  name: "break_after_four_hours",
  sees: { provider: { beforeMinutes: 4 * hour, afterMinutes: 0 } },
  check({ slots: [slot], neighbours }) {
    if (slot === undefined) return undefined;
    let begin = slot.start;
    for (const earlier of neighbours.toReversed()) if (earlier.end.getTime() === begin.getTime()) begin = earlier.start;
    const minutes = (slot.end.getTime() - begin.getTime()) / 60_000;
    if (minutes <= 4 * hour) return undefined;
    return { problem: "The doctor needs a break before that.", values: { minutes } };
  },
};

// It is tested without an engine, in one line each.
const at = (time: string) => new Date(`2027-03-22T${time}:00Z`);
const fifth = { start: at("12:00"), end: at("13:00") };
const fourHours = { start: at("08:00"), end: at("12:00") };
assert.equal(askPolicy(breakAfterFourHours, { ...fifth, neighbours: [fourHours] })?.values?.minutes, 5 * hour);
assert.equal(askPolicy(breakAfterFourHours, { ...fifth, start: at("12:10"), neighbours: [fourHours] }), undefined);

const audienceOf: AudienceOf = ({ kind }) => (kind === "patient" ? "self_service" : "staff");
const storage = sqliteAdapter({ filename: ":memory:" });
await storage.migrate();
const engine = createEngine({
  storage,
  audienceOf,
  clock: { now: () => at("06:00"), sleep: async () => {} },
  policies: [
    buffer({ beforeMinutes: 0, afterMinutes: 10 }),
    maximumPerDay({ count: 12 }),
    noOverlapOfSubject({ audience: ["self_service"] }),
    maximumAppointments({ count: 2, minutes: 7 * day, audience: ["self_service"] }),
    breakAfterFourHours,
  ],
});

const place = { providerId: "dr-weber", facilityId: "north", timeZone: "Europe/Berlin" };
const slots = ["09:00", "09:30", "10:00"].map((from) => ({
  start: at(from),
  end: new Date(at(from).getTime() + 25 * 60_000),
}));
await engine.createSlots({ actor: { kind: "provider", id: "dr-weber" }, ...place, slots });
const ada = engine.as({ kind: "patient", id: "ada" });

// Everything that a search for a subject offers can be booked at that instant.
const search = { providerIds: ["dr-weber"], subjectId: "ada" };
const before = await ada.findOpen(search);
await ada.book({ slotId: before.items[0]?.slotId ?? "", subjectId: "ada" });
const { items } = await ada.findOpen(search);
console.log("on offer:", before.items.length, "then", items.map(({ start }) => start.toISOString()).join(", "));

// Five minutes after the first are too few. The refusal has times that the policies allow.
const second = before.items[1]?.slotId ?? "";
await ada.book({ slotId: second, subjectId: "ada", alternatives: 3 }).catch((error: unknown) => {
  if (!isBookingError(error, "policy_violation")) throw error;
  console.log(
    "ada:",
    error.details.policy,
    "instead:",
    error.details.alternatives?.map(({ start }) => start.toISOString()),
  );
});
const preview = await ada.preview("book", { slotId: second, subjectId: "ada" });
if (!preview.possible) console.log("in the way:", preview.reasons[0].blockedBy?.kind);
await storage.close();
