import { expect, it } from "vitest";
import { withSurvey } from "../src/engine/sight/merged.ts";
import { nothingAround, type Survey } from "../src/rules/sight.ts";

const surveyOf = (...hours: readonly number[]): Survey => ({
  ...nothingAround,
  neighbours: hours.map((hour) => ({
    slotId: `at ${hour}`,
    scheduleId: "schedule",
    providerId: "p",
    facilityId: "f",
    start: new Date(Date.UTC(2027, 2, 22, hour)),
    end: new Date(Date.UTC(2027, 2, 22, hour + 1)),
    status: "booked",
    appointmentId: `appointment at ${hour}`,
  })),
  isCut: { provider: false, subject: false },
});

it("two surveys together have each neighbour once, in the order of their starts", () => {
  const { neighbours } = withSurvey(surveyOf(10, 12), surveyOf(9, 11, 12));
  expect(neighbours.map(({ slotId }) => slotId)).toEqual(["at 9", "at 10", "at 11", "at 12"]);
});
