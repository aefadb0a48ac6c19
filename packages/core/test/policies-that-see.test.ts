import { describe, expect, it } from "vitest";
import {
  buffer,
  cancelDeadline,
  createEngine,
  isBookingError,
  localDate,
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
import { memoryAdapter } from "../src/memory/index.ts";

function issuesOf(make: () => unknown) {
  try {
    make();
  } catch (error) {
    if (isBookingError(error, "invalid_input")) return error.details.issues.map(({ path, message }) => [path, message]);
    throw error;
  }
  return [];
}

const engineWith = (policy: object) => () => createEngine({ storage: memoryAdapter(), policies: [policy as Policy] });

describe("what a policy asks to see", () => {
  const check = () => undefined;

  it("is bounded, and one that asks for more is named", () => {
    const minutes = "must be a whole number of minutes from 0 to";
    const subject = { beforeMinutes: 367 * 24 * 60, afterMinutes: 0 };
    expect(issuesOf(engineWith({ name: "nosy", check, sees: { subject } }))).toEqual([
      ["policies.0.sees.subject.beforeMinutes", `of "nosy" ${minutes} 527040`],
    ]);
    const provider = { beforeMinutes: 0, afterMinutes: 31 * 24 * 60 + 1 };
    expect(issuesOf(engineWith({ name: "nosy", check, sees: { provider } }))).toEqual([
      ["policies.0.sees.provider.afterMinutes", `of "nosy" ${minutes} 44640`],
    ]);
    const widest = {
      provider: { beforeMinutes: 44_640, afterMinutes: 0 },
      subject: { beforeMinutes: 0, afterMinutes: 527_040 },
    };
    expect(issuesOf(engineWith({ name: "wide", check, sees: widest }))).toEqual([]);
  });

  it("is data of a known form", () => {
    const wrong = [null, "all", { room: {} }, { subject: 5 }, { provider: { beforeMinutes: 1.5, afterMinutes: 0 } }];
    const wrongToo = [{ provider: { beforeMinutes: -1, afterMinutes: 0 } }, { timeZone: "UTC" }, () => ({})];
    for (const sees of [...wrong, ...wrongToo]) {
      const issues = issuesOf(engineWith({ name: "odd", check, sees }));
      expect(issues).toHaveLength(1);
      expect(issues[0]?.[1]).toMatch(/^of "odd" /);
    }
  });

  it("is named as unknown where its name is misspelt", () => {
    const around = { beforeMinutes: 0, afterMinutes: 0 };
    const misspelt: readonly (readonly [sees: object, path: string, unknown: string])[] = [
      [{ providers: around }, "policies.0.sees", '"providers" (did you mean provider?)'],
      [{ timezone: true }, "policies.0.sees", '"timezone" (did you mean timeZone?)'],
      [{ subject: { before: 1, ...around } }, "policies.0.sees.subject", '"before"'],
      [
        { subject: { beforeMinute: 1, afterMinutes: 0 } },
        "policies.0.sees.subject",
        '"beforeMinute" (did you mean beforeMinutes?)',
      ],
    ];
    for (const [sees, path, unknown] of misspelt) {
      const make = engineWith({ name: "odd", check, sees });
      expect(issuesOf(make)).toEqual([[path, `of "odd" has unknown fields: ${unknown}`]]);
      const issue = expect.objectContaining({
        code: "unknown_field",
        fields: [JSON.parse(unknown.split(" ")[0] ?? "")],
      });
      expect(make).toThrow(expect.objectContaining({ details: { issues: [issue] } }));
    }
  });
});

describe("the options of supplied policies", () => {
  it("are checked, and the wrong one is named", () => {
    const paths = [
      () => buffer({ beforeMinutes: -1, afterMinutes: 0 }),
      () => buffer({ beforeMinutes: 0, afterMinutes: 44_641 }),
      () => buffer({ beforeMinutes: 0, afterMinutes: 0, except: [{ beforeMinutes: 0.5, afterMinutes: 0 }] }),
      () => maximumAppointments({ count: 0, minutes: 60 }),
      () => maximumAppointments({ count: 1, minutes: 0 }),
      () => maximumAppointments({ count: 1, minutes: 527_041 }),
      () => maximumPerDay({ count: 1001 }),
      () => maximumHorizon({ days: -1 }),
    ].map((make) => issuesOf(make)[0]?.[0]);
    expect(paths).toEqual([
      "beforeMinutes",
      "afterMinutes",
      "except.0.beforeMinutes",
      "count",
      "minutes",
      "minutes",
      "count",
      "days",
    ]);
  });

  it.each([
    ["minimumNotice", minimumNotice],
    ["maximumHorizon", maximumHorizon],
    ["cancelDeadline", cancelDeadline],
    ["rescheduleDeadline", rescheduleDeadline],
    ["maximumRequestAge", maximumRequestAge],
    ["maximumAppointments", maximumAppointments],
    ["maximumPerDay", maximumPerDay],
    ["maximumHolds", maximumHolds],
    ["buffer", buffer],
  ])("must be given: %s", (_, policy) => {
    const make = (...given: readonly unknown[]) => issuesOf(() => Reflect.apply(policy, undefined, given));
    const message = expect.stringMatching(/^it must be an object: it takes audience, /);
    for (const given of [[], [null], [120], ["120"], [[120]]]) expect(make(...given)).toEqual([["", message]]);
  });

  it("must be an object where they may be left out", () => {
    for (const policy of [notInThePast, noOverlapOfSubject]) {
      expect(issuesOf(() => policy(null as never))).toEqual([["", "it must be an object: it takes audience"]]);
      expect(issuesOf(policy)).toEqual([]);
    }
  });

  it("of a buffer have a list of exceptions, each of them an object", () => {
    const around = { beforeMinutes: 0, afterMinutes: 5 };
    const excepting = (except: unknown) => issuesOf(() => buffer({ ...around, except } as never));
    const list = "must be a list, such as [{ providerId, beforeMinutes, afterMinutes }]";
    for (const except of [null, { providerId: "room", ...around }, "room", new Set([around])]) {
      expect(excepting(except)).toEqual([["except", list]]);
    }
    const takes = "must be an object: it takes providerId, facilityId, beforeMinutes, afterMinutes";
    for (const except of [null, undefined, "room", [around]]) {
      expect(excepting([around, except])).toEqual([["except.1", takes]]);
    }
    expect(excepting(new Array(1))).toEqual([["except.0", takes]]);
    expect(excepting(undefined)).toEqual([]);
    expect(excepting([around])).toEqual([]);
  });

  it("say what the policies see", () => {
    expect(
      buffer({ beforeMinutes: 5, afterMinutes: 0, except: [{ beforeMinutes: 0, afterMinutes: 20 }] }).sees,
    ).toEqual({
      provider: { beforeMinutes: 20, afterMinutes: 20 },
    });
    expect(noOverlapOfSubject().sees).toEqual({ subject: { beforeMinutes: 0, afterMinutes: 0 } });
    expect(maximumAppointments({ count: 1, minutes: 60 }).sees).toEqual({
      subject: { beforeMinutes: 60, afterMinutes: 60 },
    });
    expect(maximumHorizon({ days: 3 }).sees).toEqual({ timeZone: true });
    expect(maximumHorizon({ minutes: 3 }).sees).toBeUndefined();
  });
});

describe("a local date", () => {
  it("is that of the zone, also where clocks change and where a day is left out", () => {
    expect(localDate(new Date("2027-03-27T23:30:00Z"), "Europe/Berlin")).toBe("2027-03-28");
    expect(localDate(new Date("2027-03-28T21:59:59Z"), "Europe/Berlin")).toBe("2027-03-28");
    expect(localDate(new Date("2027-03-28T22:00:00Z"), "Europe/Berlin")).toBe("2027-03-29");
    expect(localDate(new Date("2011-12-30T09:59:00Z"), "Pacific/Apia")).toBe("2011-12-29");
    expect(localDate(new Date("2011-12-30T10:00:00Z"), "Pacific/Apia")).toBe("2011-12-31");
    expect(localDate(new Date("1969-12-31T23:59:59.500Z"), "UTC")).toBe("1969-12-31");
  });
});
