import { describe, expect, it } from "vitest";
import { showsTimes } from "../src/engine/with-time-zone.ts";
import type { Refusal } from "../src/errors/index.ts";
import {
  BookingError,
  createEngine,
  type EngineOptions,
  type ErrorCode,
  errorCodes,
  type InputIssue,
  issueCodes,
  type Messages,
} from "../src/index.ts";
import { memoryAdapter } from "../src/memory/index.ts";
import { inputSchemas } from "../src/schemas/index.ts";
import { reach, stage } from "./every-code.ts";

/** What no person should have to read: the program's own words. */
const words = ["slot", "seat", "schedule", "version", "idempotency", "token", "metadata", "provider", "facility"];

/** The fields of an input and of what is in it. */
function fieldsOf(schema: unknown): readonly string[] {
  const {
    properties = {},
    items,
    anyOf = [],
  } = schema as {
    readonly properties?: Readonly<Record<string, unknown>>;
    readonly items?: unknown;
    readonly anyOf?: readonly unknown[];
  };
  const inner = [...Object.values(properties), ...(items === undefined ? [] : [items]), ...anyOf];
  return [...Object.keys(properties), ...inner.flatMap(fieldsOf)];
}

/** Fields that are not words of English as well, such as `start`. */
const fieldNames = Object.values(inputSchemas)
  .flatMap((schema) => fieldsOf(schema.toJSONSchema({ io: "input" })))
  .filter((name) => /[A-Z]/.test(name));

/** All texts within a value. */
function textsIn(value: unknown): readonly string[] {
  if (typeof value === "string") return [value];
  if (typeof value !== "object" || value === null) return [];
  return Object.values(value).flatMap(textsIn);
}

const idsIn = (details: object): readonly string[] =>
  Object.entries(details).flatMap(([name, value]) => (/id$|ids$|key$/i.test(name) ? textsIn(value) : []));

describe("the message of a response", () => {
  it("is held to names that inputs really have", () => {
    expect(fieldNames).toEqual(
      expect.arrayContaining(["slotId", "idempotencyKey", "holdToken", "timeZone", "ifNoSlot"]),
    );
  });

  it.each(errorCodes)("of %s has no id, no field, no word of the program and no ISO time", async (code) => {
    const error = await reach(code);
    const { message } = error.toResponse();
    expect(message).toMatch(/^[A-Z].*\.$/);
    expect(message).not.toMatch(/undefined|\d{4}-\d{2}-\d{2}|T\d{2}:\d{2}/);
    // The sentences of a policy and of authorize are the host's own.
    if (code !== "policy_violation" && code !== "forbidden")
      expect(message).not.toMatch(new RegExp(words.join("|"), "i"));
    for (const hidden of [...idsIn(error.details), ...fieldNames]) expect(message).not.toContain(hidden);
    expect(error.toProblem().detail).toBe(message);
  });

  it.each(errorCodes)("of %s has times only if the refusal gets the zone in which to show them", async (code) => {
    const { details } = await reach(code);
    const messageIn = (timeZone: string) =>
      new BookingError(code, { ...details, timeZone } as never).toResponse().message;
    const hasTimes = messageIn("Pacific/Kiritimati") !== messageIn("America/Los_Angeles");
    expect(showsTimes({ refused: code, details } as Refusal)).toBe(hasTimes);
  });

  it.each(["policy_violation", "forbidden"] as const)("of %s is the host's own sentence", async (code) => {
    const error = await reach(code);
    expect(error.toResponse().message).toBe(error.details.problem);
  });

  it.each([{ policies: [{ name: "late", check: async () => "No." }] }, { authorize: () => false }])(
    "keeps to itself that a function of the host gave no answer",
    async (options) => {
      const storage = memoryAdapter();
      const { want } = await stage({ storage });
      const misled = createEngine({ storage, ...(options as object) } as EngineOptions<unknown>);
      const error = await misled.book(want).catch((refused: BookingError) => refused);
      const { message } = (error as BookingError).toResponse();
      expect(message).toBe(
        "Something is wrong with this system, so this cannot be done. Please tell the people who run it.",
      );
    },
  );

  it("says of a long range that it is too long, and of a turned one that it is turned", () => {
    const range = { start: new Date(0), end: new Date(1), problem: "for developers" };
    const said = (["ends_before_start", "empty", "too_long"] as const).map(
      (reason) => new BookingError("invalid_time_range", { ...range, reason }).toResponse().message,
    );
    expect(said).toEqual([
      "The end must be later than the start. Please change one of them.",
      "The end must be later than the start. Please change one of them.",
      "This is too long: at most 31 days are possible. Please choose an earlier end.",
    ]);
  });

  it("says what a call that ended early has created", () => {
    const createdSoFar = { idempotencyKey: "k-1", inputs: 50, slots: 100 };
    const error = new BookingError("storage_unavailable", { createdSoFar } as never);
    const { message, details } = error.toResponse();
    expect(message).toBe(
      "This system cannot be reached at the moment. Please try again later. The first 50 entries were created and will stay.",
    );
    expect(details).toEqual({ createdSoFar });
    const unchanged = new BookingError("storage_unavailable", {
      createdSoFar: { ...createdSoFar, inputs: 0 },
    } as never);
    expect(unchanged.toResponse().message).toContain("Nothing was changed.");
  });
});

describe("times in a message", () => {
  const held = (heldUntil: string, timeZone?: string) =>
    new BookingError("slot_held", {
      slotId: "s-1",
      heldUntil: new Date(heldUntil),
      ...(timeZone !== undefined && { timeZone }),
    });

  it("are those of the schedule's zone, before and after the clock changes", () => {
    const said = (at: string) => held(at, "Europe/Berlin").toResponse().message;
    expect(said("2026-03-29T00:59:00Z")).toContain("until Sun, 29 Mar 2026, 01:59.");
    expect(said("2026-03-29T01:00:00Z")).toContain("until Sun, 29 Mar 2026, 03:00.");
    expect(said("2026-10-24T22:30:00Z")).toContain("until Sun, 25 Oct 2026, 00:30.");
  });

  it("of a range over the change are those of the clock on the wall", () => {
    const [start, end] = [new Date("2026-03-29T00:30:00Z"), new Date("2026-03-29T01:30:00Z")];
    const details = { providerId: "dr", facilityId: "f", start, end, timeZone: "Europe/Berlin" };
    expect(new BookingError("no_slot_available", details).toResponse().message).toContain("29 Mar 2026, 01:30–03:30.");
  });

  it("are in the zone that was asked for, or in UTC by name, where the schedule's is not known", () => {
    const at = "2026-07-01T07:00:00Z";
    expect(held(at).toResponse().message).toContain("1 Jul 2026, 07:00 UTC.");
    for (const name of ["utc", "Etc/UTC"]) expect(held(at, name).toResponse().message).toContain("07:00 UTC.");
    expect(held(at).toResponse({ timeZone: "Asia/Tokyo" }).message).toContain("1 Jul 2026, 16:00.");
    expect(held(at, "Europe/Berlin").toResponse({ timeZone: "Asia/Tokyo" }).message).toContain("1 Jul 2026, 09:00.");
    expect(held(at, "Mars/Olympus_Mons").toResponse({ timeZone: "Asia/Tokyo" }).message).toContain("16:00.");
    expect(held(at, "Mars/Olympus_Mons").toResponse({ timeZone: "nowhere" }).message).toContain("07:00 UTC.");
  });

  it.each(["UTC", "utc", "Etc/UTC", "etc/utc"])(
    "are in UTC by name where that is the zone of the schedule: %s",
    (zone) => {
      expect(held("2026-07-01T07:00:00Z", zone).toResponse().message).toContain("1 Jul 2026, 07:00 UTC.");
    },
  );

  it("are written as the locale does, and as in English if it is none", () => {
    const at = "2026-07-01T07:00:00Z";
    expect(held(at, "Europe/Berlin").toProblem({ locale: "de" }).detail).toContain("Mi., 1. Juli 2026, 09:00");
    for (const locale of ["de_DE", "", "xx-nonsense-of-many-letters"]) {
      expect(held(at, "Europe/Berlin").toResponse({ locale }).message).toContain("Wed, 1 Jul 2026, 09:00");
    }
  });
});

const german: Messages = {
  slot_held: ({ heldUntil }, { time }) => `Bis ${time(heldUntil)} reserviert.`,
  invalid_time_range: ({ reason }) => (reason === "too_long" ? "Zu lang." : "Das Ende liegt nicht nach dem Anfang."),
  invalid_input: ({ issues }, { locale }) => `${issues.length} Fehler (${locale}).`,
  issues: {
    required: () => "Bitte ausfüllen.",
    too_long: ({ maximum }) => `Höchstens ${maximum} Zeichen.`,
  },
};

describe("messages of the host", () => {
  it("replace those of their codes, and leave the others", async () => {
    const details = { slotId: "s", heldUntil: new Date("2026-07-01T07:00:00Z"), timeZone: "Europe/Berlin" };
    const shown = { locale: "de", messages: german };
    const held = new BookingError("slot_held", details);
    expect(held.toResponse(shown).message).toBe("Bis Mi., 1. Juli 2026, 09:00 reserviert.");
    expect(held.toProblem(shown).detail).toBe(held.toResponse(shown).message);
    expect((await reach("invalid_time_range")).toResponse(shown).message).toBe("Das Ende liegt nicht nach dem Anfang.");
    expect((await reach("slot_booked")).toResponse(shown).message).toMatch(/^This time/);
  });

  it("replace the texts of issues by their codes", async () => {
    const { engine, slotId } = await stage();
    const input = { actor: { kind: "k".repeat(200), id: "p-1" }, slotId, metadata: [] };
    const error = await engine.book(input as never).catch((reason: BookingError<"invalid_input">) => reason);
    const { message, details } = (error as BookingError).toResponse({ locale: "de", messages: german });
    expect(message).toBe("3 Fehler (de).");
    expect(details).toEqual({
      issues: [
        { path: "actor.kind", code: "too_long", maximum: 128, message: "Höchstens 128 Zeichen." },
        { path: "subjectId", code: "required", message: "Bitte ausfüllen." },
        { path: "metadata", code: "wrong_type", message: "This is not of the right kind." },
      ],
    });
  });
});

describe("where the system is at fault", () => {
  const problem = "for developers";
  const record = { record: "slot", id: "s-1", from: "booked", command: "book" } as const;
  const faults = [
    new BookingError("policy_violation", { policy: "p", problem, unanswered: true }),
    new BookingError("forbidden", { command: "book", actorId: "a", problem, unanswered: true }),
    new BookingError("invalid_transition", { ...record, guard: problem }),
    new BookingError("storage_misused", { problem }),
    new BookingError("settings_mismatch", { setting: "overlapScope", expected: problem, actual: problem }),
    new BookingError("schema_outdated", {}),
    new BookingError("schema_too_new", {}),
  ] as readonly BookingError[];
  const texts = Object.fromEntries(errorCodes.map((code) => [code, (details: object) => JSON.stringify(details)]));

  it.each(faults)("the host's text for the code is not asked: $code", (error) => {
    const english = "Something is wrong with this system, so this cannot be done. Please tell the people who run it.";
    expect(error.toResponse({ messages: texts as Messages }).message).toBe(english);
    const messages: Messages = { ...texts, system: (details, { locale }) => `${JSON.stringify(details)} ${locale}` };
    expect(error.toResponse({ messages, locale: "de" }).message).toBe("{} de");
    expect(error.toProblem({ messages, locale: "de" }).detail).toBe("{} de");
  });

  it("the text for it may say what was created", () => {
    const createdSoFar = { idempotencyKey: "k-1", inputs: 50, slots: 100 };
    const error = new BookingError("schema_outdated", { createdSoFar });
    expect(error.toResponse().message).toMatch(/run it\. The first 50 entries were created/);
    const messages: Messages = { system: (details) => `${details.createdSoFar?.inputs}` };
    expect(error.toResponse({ messages }).message).toBe("50");
  });

  it("and nowhere else, the text is not used", () => {
    const messages: Messages = { system: () => "Never.", policy_violation: ({ problem }) => `Nein: ${problem}` };
    const refused = new BookingError("policy_violation", { policy: "p", problem: "No." });
    expect(refused.toResponse({ messages }).message).toBe("Nein: No.");
    expect(new BookingError("invalid_transition", record).toResponse({ messages }).message).toMatch(
      /^This is not possible/,
    );
  });
});

describe("a busy time that is to be unblocked", () => {
  const error = new BookingError("invalid_transition", {
    ...({ record: "slot", id: "s-1", from: "blocked", command: "unblock" } as const),
    busySource: "hospital",
  });

  it("says whose it is, why it stays, and what can be done", () => {
    expect(error.message).toContain('the calendar "hospital" is busy. Change it in that calendar');
    expect(error.toResponse().message).toBe(
      "This time cannot be unblocked, because another calendar says that it is taken. Please change it in that calendar.",
    );
  });

  it("does not name the calendar on the screen", () => {
    expect(JSON.stringify(error.toResponse())).not.toContain("hospital");
  });
});

describe("the issues of an input", () => {
  const shownIssues = (issues: readonly InputIssue[]) =>
    (new BookingError("invalid_input", { issues }).toResponse().details as { issues: readonly InputIssue[] }).issues;

  it.each(issueCodes)("of the code %s have a text for people", (code) => {
    const values = { minimum: 2, maximum: 3, options: ["a", "b"], fields: ["c"] };
    const [issue] = shownIssues([{ path: "some.path", code, message: "Ours.", ...values }]);
    expect(issue).toMatchObject({ path: "some.path", code });
    expect(issue?.message).toMatch(/^[A-Z].*\.$/);
    expect(issue?.message).not.toMatch(/undefined|some\.path/);
    expect(issue?.message === "Ours.").toBe(code === "custom");
  });

  it("whose code is of another version are not valid, and no more is said", () => {
    expect(shownIssues([{ path: "", message: "dev" } as InputIssue])[0]?.message).toBe("This is not valid.");
  });
});

/** Enough for the texts of all codes. */
const anyDetails = {
  start: new Date(0),
  end: new Date(1),
  slotStart: new Date(0),
  slotEnd: new Date(1),
  conflictingStart: new Date(0),
  conflictingEnd: new Date(1),
  heldUntil: new Date(0),
  expiredAt: new Date(0),
  problem: "Not today.",
  issues: [],
};

describe("the details of a response", () => {
  const [at, later] = [new Date(0), new Date(60_000)];
  const foreign = "foreign-id";

  /** Errors with something in their details that the caller neither sent nor may see. */
  const withForeign: readonly BookingError<never>[] = [
    new BookingError("slot_overlap", {
      start: at,
      end: later,
      seat: 0,
      conflictingSlotId: foreign,
      conflictingStart: at,
      conflictingEnd: later,
    }),
    new BookingError("schedule_mismatch", { field: "providerId", expected: "mine", actual: foreign }),
    new BookingError("schedule_mismatch", { field: "facilityId", expected: foreign, actual: foreign }),
    new BookingError("no_slot_available", {
      appointmentId: "mine",
      providerId: foreign,
      facilityId: foreign,
      start: at,
      end: later,
    }),
    new BookingError("invalid_transition", {
      record: "appointment",
      id: foreign,
      from: "confirmed",
      command: "book",
      guard: foreign,
    }),
    new BookingError("version_conflict", { record: "schedule", id: foreign, expected: 1, actual: 2 }),
    new BookingError("forbidden", { command: "book", actorId: foreign, problem: "No.", policy: "mine" }),
    new BookingError("forbidden", { command: "book", actorId: "me", problem: foreign, unanswered: true }),
    new BookingError("policy_violation", { policy: "p", problem: foreign, unanswered: true }),
    new BookingError("storage_busy", { idempotencyKey: null, waitedMs: 1, repeat: "command", problem: foreign }),
    new BookingError("storage_misused", { problem: foreign }),
    new BookingError("settings_mismatch", { setting: "overlapScope", expected: foreign, actual: foreign }),
    new BookingError("slot_booked", { slotId: "mine", scheduleId: foreign } as never),
    ...errorCodes.map((code) => new BookingError(code as ErrorCode, { ...anyDetails, leaked: foreign } as never)),
  ] as never;

  it.each(withForeign.map((error) => [error.code, error] as const))("of %s show nothing foreign", (_code, error) => {
    expect(JSON.stringify([error.toResponse(), error.toProblem()])).not.toContain(foreign);
    expect(JSON.stringify(error.details)).toContain(foreign);
  });

  it("are kept from the host's text, which has one for what is wrong with the system", () => {
    const messages: Messages = {
      forbidden: ({ problem }) => `Nein: ${problem}`,
      policy_violation: ({ problem }) => `Nein: ${problem}`,
      invalid_transition: ({ guard }) => `Nein: ${guard}`,
    };
    const wrong = [
      new BookingError("forbidden", { command: "book", actorId: "me", problem: foreign, unanswered: true }),
      new BookingError("policy_violation", { policy: "p", problem: foreign, unanswered: true }),
      new BookingError("invalid_transition", {
        record: "slot",
        id: "s",
        from: "booked",
        command: "book",
        guard: foreign,
      }),
    ];
    for (const error of wrong) {
      expect(error.toResponse({ messages }).message).toBe(error.toResponse().message);
      expect(error.toResponse({ messages: { ...messages, system: () => "Kaputt." } }).message).toBe("Kaputt.");
    }
    const answered = new BookingError("forbidden", { command: "book", actorId: "me", problem: "Zu spät." });
    expect(answered.toResponse({ messages }).message).toBe("Nein: Zu spät.");
  });

  it.each(errorCodes)("of %s are all known to the program", async (code) => {
    const error = await reach(code);
    const { details } = error.toResponse();
    const unknown = Object.keys(details).filter((name) => !(name in error.details));
    expect(unknown).toEqual([]);
  });

  it("have what a screen needs to go on", async () => {
    const alternatives = [{ slotId: "s-2", start: at, end: later }];
    const held = { slotId: "s-1", version: 3, heldUntil: later, timeZone: "Europe/Berlin", alternatives };
    expect(new BookingError("slot_held", held).toResponse().details).toEqual(held);
    const conflict = { record: "appointment", id: "a-1", expected: 1, actual: 2 } as const;
    expect(new BookingError("version_conflict", conflict).toResponse().details).toEqual(conflict);
    const zone = { field: "timeZone", expected: "Europe/Berlin", actual: "UTC" } as const;
    expect(new BookingError("schedule_mismatch", zone).toResponse().details).toEqual(zone);
    const wanted = { providerId: "dr", facilityId: "f", start: at, end: later };
    expect(new BookingError("no_slot_available", wanted).toResponse().details).toEqual(wanted);
  });
});
