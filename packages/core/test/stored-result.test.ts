import fc from "fast-check";
import { expect, it } from "vitest";
import { resultOf, storedResult } from "../src/engine/stored-result.ts";
import {
  type Appointment,
  appointmentStatuses,
  type Json,
  type Schedule,
  type Slot,
  slotStatuses,
} from "../src/index.ts";

const text = fc.string({ unit: "binary" });
const instant = fc.date({ noInvalidDate: true });
const names = fc.oneof(text, fc.constantFrom("__proto__", "slot", "kind", "createdAt"));
// Without -0, which JSON has not, and a command's input has lost by then.
const json = fc.jsonValue().map((one) => JSON.parse(JSON.stringify(one)) as Json);
const metadata = fc.dictionary(names, json, { noNullPrototype: true });
const stamps = { version: fc.nat(), createdAt: instant, updatedAt: instant };
const place = { id: text, providerId: text, facilityId: text };

const slot: fc.Arbitrary<Slot> = fc.record({
  ...{ kind: fc.constant("slot" as const), ...place, ...stamps, scheduleId: text, seat: fc.nat() },
  ...{ start: instant, end: instant, status: fc.constantFrom(...slotStatuses), metadata },
  appointmentId: fc.option(text),
  hold: fc.option(fc.record({ tokenHash: text, expiresAt: instant })),
});
const appointment: fc.Arbitrary<Appointment> = fc.record({
  ...{ kind: fc.constant("appointment" as const), ...place, ...stamps, subjectId: text },
  ...{ start: instant, end: instant, status: fc.constantFrom(...appointmentStatuses), metadata },
  slotIds: fc.array(text),
});
const schedule: fc.Arbitrary<Schedule> = fc.record({
  ...{ kind: fc.constant("schedule" as const), ...place, ...stamps, timeZone: text },
  facilityId: fc.option(text),
});
const record = fc.oneof(slot, appointment, schedule);
const fault = { kind: "slot_overlap", invariant: 2, records: [{ kind: "slot", id: "a" }] };
const value = fc.oneof(record, fc.array(record), text, fc.nat(), fc.constantFrom([fault], [], null));

it("a result is after the way through its storage what it was before, whatever its records hold", () => {
  fc.assert(
    fc.property(fc.dictionary(text, value, { noNullPrototype: true }), (result) => {
      expect(resultOf(JSON.parse(JSON.stringify(storedResult(result))))).toEqual(result);
    }),
  );
});
