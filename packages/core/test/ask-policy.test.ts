import { describe, expect, it } from "vitest";
import { askPolicy } from "../src/checking/index.ts";
import {
  buffer,
  cancelDeadline,
  maximumAppointments,
  maximumHolds,
  maximumHorizon,
  maximumPerDay,
  maximumRequestAge,
  minimumNotice,
  noOverlapOfSubject,
  notInThePast,
  type Policy,
  rescheduleDeadline,
} from "../src/index.ts";

const at = (from: string, to: string) => ({
  start: new Date(`2027-03-22T${from}:00Z`),
  end: new Date(`2027-03-22T${to}:00Z`),
});
const nine = at("09:00", "09:30");
const around = { beforeMinutes: 0, afterMinutes: 0 };

describe("asking a policy without an engine", () => {
  it("shows what else the holder holds, one hold over several slots as one", () => {
    const one = maximumHolds({ count: 2 });
    const hold = { command: "hold", ...nine, holderId: "h-1" } as const;
    const [ten, eleven] = [at("10:00", "10:30"), at("11:00", "11:30")];
    const together = { tokenHash: "same", expiresAt: nine.start, holderId: "h-1" };
    expect(askPolicy(one, { ...hold, ofHolder: [ten] })).toBeUndefined();
    expect(
      askPolicy(one, { ...hold, ofHolder: [ten, eleven].map((slot) => ({ ...slot, hold: together })) }),
    ).toBeUndefined();
    expect(askPolicy(one, { ...hold, ofHolder: [ten, eleven] })).toMatchObject({
      policy: "maximum_holds",
      problem: expect.stringContaining("2 times already"),
      values: { count: 2 },
    });
    expect(askPolicy(one, { command: "hold", ...nine })?.problem).toContain("not known");
    expect(askPolicy(one, { ...nine, ofHolder: [ten, eleven] })).toBeUndefined();
  });

  it("shows what it sees, and what it says is what a refusal would carry", () => {
    const policy = buffer({ beforeMinutes: 10, afterMinutes: 0 });
    expect(askPolicy(policy, { ...nine, neighbours: [at("08:30", "08:50")] })).toBeUndefined();
    expect(askPolicy(policy, { ...nine, neighbours: [at("08:30", "08:51")] })).toEqual({
      policy: "buffer",
      problem: expect.stringContaining("too close"),
      values: { beforeMinutes: 10, afterMinutes: 0 },
      blockedBy: { kind: "slot", id: "neighbour 0" },
    });
    expect(
      askPolicy(policy, { ...nine, neighbours: [{ ...at("08:30", "08:51"), providerId: "another" }] }),
    ).toBeUndefined();
  });

  it("asks about a hold, a move and a cancellation as well", () => {
    const full = maximumPerDay({ count: 1 });
    expect(askPolicy(full, { ...nine, command: "hold", neighbours: [at("12:00", "12:30")] })?.values).toEqual({
      count: 1,
      day: "2027-03-22",
    });
    const moved = {
      command: "reschedule",
      ...nine,
      was: at("07:00", "07:30"),
      now: at("06:00", "06:30").start,
    } as const;
    expect(askPolicy(rescheduleDeadline({ minutes: 60 }), moved)).toBeUndefined();
    expect(askPolicy(rescheduleDeadline({ minutes: 61 }), moved)?.policy).toBe("reschedule_deadline");
    expect(askPolicy(noOverlapOfSubject(), { ...moved, ofSubject: [at("07:00", "07:30")] })).toBeUndefined();
    expect(askPolicy(cancelDeadline({ minutes: 24 * 60 }), { ...nine, command: "cancel" })).toBeUndefined();
    expect(askPolicy(cancelDeadline({ minutes: 24 * 60 + 1 }), { ...nine, command: "cancel" })).toBeDefined();
  });

  it("asks about requests, and the answers to them", () => {
    const day = 24 * 60 * 60_000;
    const requestedAt = new Date(nine.start.getTime() - 3 * day);
    const old = { command: "accept", ...nine, now: new Date(nine.start.getTime() - day), requestedAt } as const;
    expect(askPolicy(maximumRequestAge({ minutes: 2 * 24 * 60 }), old)).toBeUndefined();
    expect(askPolicy(maximumRequestAge({ minutes: 2 * 24 * 60 - 1 }), old)?.values).toEqual({
      minutes: 2 * 24 * 60 - 1,
      requestedAt: requestedAt.toISOString(),
    });
    for (const command of ["request", "accept", "offer", "acceptOffer"] as const) {
      const asked = { command, ...nine, was: at("07:00", "07:30"), ofSubject: [at("09:15", "09:45")] };
      expect(askPolicy(noOverlapOfSubject(), asked)?.policy).toBe("no_overlap_of_subject");
    }
    const asked = { command: "request", ...nine } as const;
    expect(askPolicy(minimumNotice({ minutes: 24 * 60 + 1 }), asked)?.policy).toBe("minimum_notice");
    expect(askPolicy(minimumNotice({ minutes: 24 * 60 }), asked)).toBeUndefined();
  });

  it("asks about every command of an appointment, as it becomes", () => {
    const became: string[] = [];
    const check: Policy["check"] = ({ command, appointments, before, slots }) => {
      const states = [...before.appointments, ...appointments].map(({ status }) => status);
      became.push([command, ...states, ...slots.map(({ status }) => status)].join(" "));
      return undefined;
    };
    const commands = ["hold", "book", "request", "accept", "decline", "offer", "acceptOffer", "declineOffer"] as const;
    const further = ["reschedule", "checkIn", "complete", "markNoShow", "cancel"] as const;
    for (const command of [...commands, ...further]) askPolicy({ name: "noting", check }, { ...nine, command });
    expect(became).toEqual([
      "hold held",
      "book confirmed booked",
      "request scheduled",
      "accept scheduled confirmed booked",
      "decline scheduled declined",
      "offer scheduled scheduled held",
      "acceptOffer scheduled confirmed booked",
      "declineOffer scheduled scheduled available",
      "reschedule confirmed confirmed available booked",
      "checkIn confirmed checked_in",
      "complete confirmed completed",
      "markNoShow confirmed no_show available",
      "cancel confirmed cancelled available",
    ]);
  });

  it("takes a wrong answer for a no, and passes on what the policy throws", () => {
    const late: Policy = { name: "late", check: (async () => undefined) as never };
    expect(askPolicy(late, nine)).toMatchObject({ policy: "late", unanswered: true });
    const values: Record<string, unknown> = { of: 1 };
    values.itself = values;
    for (const wrong of [values, { at: 1n }, { of: values, toJSON: () => ({}) }] as never[])
      expect(askPolicy({ name: "round", check: () => ({ problem: "No.", values: wrong }) }, nine)).toMatchObject({
        policy: "round",
        unanswered: true,
      });
    const failing: Policy = {
      name: "failing",
      check() {
        throw new Error("out of order");
      },
    };
    expect(() => askPolicy(failing, nine)).toThrow("out of order");
  });

  const misspelt: readonly (readonly [path: string, make: () => Policy])[] = [
    ["", () => notInThePast({ audence: [] } as object)],
    ["", () => minimumNotice({ minutes: 1, hours: 2 } as never)],
    ["", () => maximumHorizon({ minutes: 1, audiences: [] } as never)],
    ["", () => maximumHorizon({ days: 1, minutes: 1 } as never)],
    ["", () => cancelDeadline({ minutes: 1, unit: "hours" } as never)],
    ["", () => maximumRequestAge({ minutes: 1, days: 1 } as never)],
    ["", () => noOverlapOfSubject({ minutes: 1 } as never)],
    ["", () => maximumAppointments({ count: 1, minutes: 1, withProvider: true } as never)],
    ["", () => maximumPerDay({ count: 1, timeZone: "UTC" } as never)],
    ["", () => maximumHolds({ count: 1, minutes: 1 } as never)],
    ["", () => buffer({ beforeMinutes: 0, afterMinutes: 0, minutes: 1 } as never)],
    ["", () => minimumNotice({ minute: 1 } as never)],
    ["", () => maximumHorizon({ day: 3 } as never)],
    ["", () => cancelDeadline({ minute: 1 } as never)],
    ["", () => maximumRequestAge({ days: 1 } as never)],
    ["", () => maximumAppointments({ number: 1, minutes: 1 } as never)],
    ["", () => maximumPerDay({ counts: 1 } as never)],
    ["", () => maximumHolds({ counts: 1 } as never)],
    ["", () => buffer({ before: 0, after: 0 } as never)],
    ["except.0", () => buffer({ ...around, except: [{ ...around, provider: "x" } as never] })],
  ];
  it.each(misspelt)("no supplied policy takes an option that it does not know: %s %s", (path, make) => {
    const issue = expect.objectContaining({ path, code: "unknown_field" });
    expect(make).toThrow(expect.objectContaining({ code: "invalid_input", details: { issues: [issue] } }));
  });

  it("names all options of a horizon where one is misspelt, and where none is given", () => {
    const takes = 'has the unknown option "day": it takes audience, minutes, days.';
    expect(() => maximumHorizon({ day: 3 } as never)).toThrow(takes);
    expect(() => maximumHorizon({} as never)).toThrow("minutes: must be given, unless days is.");
  });

  it("shows a policy that sees nothing nothing", () => {
    const shown: unknown[] = [];
    const blind: Policy = {
      name: "blind",
      check({ neighbours, ofSubject, timeZone }) {
        shown.push(neighbours, ofSubject, timeZone);
        return undefined;
      },
    };
    askPolicy(blind, { ...nine, neighbours: [nine], ofSubject: [nine] });
    expect(shown).toEqual([[], [], null]);
  });
});
