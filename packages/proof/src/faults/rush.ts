import { anyIntent, type Play } from "@slotwright/conformance";
import fc from "fast-check";

/** Enough callers and commands that a fault in the first tenths of a second meets many of them. */
export const anyRush = (callers: number): fc.Arbitrary<Play> =>
  fc.record({
    before: fc.constant([
      { name: "createSlots", slot: 0, appointment: 0, start: 0, length: 6, capacity: 2, key: null },
      { name: "createSlots", slot: 0, appointment: 0, start: 6, length: 6, capacity: 2, key: null },
      { name: "setAvailability", slot: 0, appointment: 0, start: 0, length: 6, capacity: 1, key: null },
    ] as const),
    callers: fc.array(fc.array(anyIntent, { minLength: 12, maxLength: 12 }), {
      minLength: callers,
      maxLength: callers,
    }),
    choices: fc.constant([]),
  });
