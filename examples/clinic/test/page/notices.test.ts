import { RequestError } from "@slotwright/client";
import { describe, expect, test } from "vitest";
import { notConfirmed } from "../../page/src/notices/in-words.ts";
import { findNear, nearest } from "../../page/src/notices/near.ts";
import { createNoticeList } from "../../page/src/notices/notice-list.ts";
import { helpInWords, whyRefused } from "../../page/src/notices/why.ts";

const refusal = (code: string, details: Readonly<Record<string, unknown>> = {}) =>
  new RequestError(code, {
    status: 409,
    message: `The engine's words, with "0193-an-id".`,
    details,
    recoverable: true,
    transient: false,
    retryAfterMs: null,
  });

describe("why something was refused", () => {
  test("a taken time is told without ids", () => {
    expect(whyRefused(refusal("slot_booked"), "Europe/Berlin")).toBe(
      "Somebody else has taken this time. Choose another one.",
    );
  });

  test("a held time is told with its end, by the clock of the facility", () => {
    const held = refusal("slot_held", { heldUntil: new Date("2026-11-30T09:02:00Z") });
    expect(whyRefused(held, "Europe/Berlin")).toContain("until 10:02");
    expect(whyRefused(held, "Europe/Lisbon")).toContain("until 09:02");
  });

  test("those who keep the calendar are not told to choose another time", () => {
    const heldUntil = new Date("2026-11-30T09:02:00Z");
    for (const code of ["slot_booked", "slot_held", "slot_withdrawn", "slot_blocked", "hold_not_found"]) {
      const text = whyRefused(refusal(code, { command: "block", heldUntil }), "UTC");
      expect(text).toMatch(/^(This time|Somebody)/);
      expect(text).not.toMatch(/choose|the practice/i);
    }
    expect(whyRefused(refusal("forbidden", { command: "block", problem: "No." }), "UTC")).toMatch(/^No\./);
  });

  test("a state that does not allow it is told in words", () => {
    const error = refusal("invalid_transition", { record: "appointment", from: "no_show" });
    expect(whyRefused(error, "UTC")).toContain("marked as missed by now");
  });

  test("what may help is what helps against all reasons, and is not said twice", () => {
    const reasons = [{ helps: ["another_time", "more_rights"] }, { helps: ["later", "another_time"] }] as const;
    expect(helpInWords(reasons, ["It is too soon."])).toBe("Another time may do.");
    expect(helpInWords(reasons, ["It is taken. Choose another one."])).toBe("");
    expect(helpInWords(reasons.slice(0, 1), [])).toBe(
      "Another time may do. The practice can make an exception: call there.",
    );
    expect(helpInWords([], [])).toBe("");
  });

  test("a code that the page does not know is told in the server's words", () => {
    expect(whyRefused(refusal("something_new"), "UTC")).toContain("The engine's words");
  });

  test("an error of the page itself says so", () => {
    expect(whyRefused(new TypeError("x is undefined"), "UTC")).not.toContain("x is undefined");
  });
});

describe("notices", () => {
  test("beyond four, good news go first", () => {
    const list = createNoticeList();
    for (const tone of ["refused", "told", "refused", "refused", "refused"] as const) list.add({ tone, title: tone });
    expect(list.get().map(({ id }) => id)).toEqual([1, 3, 4, 5]);
  });

  test("what is found out later does not bring back a notice that was dismissed", () => {
    const list = createNoticeList();
    const id = list.add({ tone: "refused", title: "No" });
    list.dismiss(id);
    list.complete(id, { text: "because" });
    expect(list.get()).toEqual([]);
  });

  test("say how many changes are not confirmed", () => {
    expect(notConfirmed([{ name: "book" }])).toBe("Your booking is not confirmed yet");
    expect(notConfirmed([{ name: "book" }, { name: "cancel" }])).toBe("2 of your changes are not confirmed yet");
  });
});

describe("times near a wanted one", () => {
  const at = (hour: number, minutes = 30) => {
    const start = new Date(Date.UTC(2026, 10, 30, hour));
    const end = new Date(start.getTime() + minutes * 60_000);
    return { slotId: `s${hour}`, start, end, providerId: "p", facilityId: "f", version: 1, seats: 1 };
  };
  const page = (items: readonly ReturnType<typeof at>[]) =>
    ({ items, nextCursor: null, source: "live", cursor: null, asOf: new Date(), behindMs: 0, isStale: false }) as const;

  test("are the nearest, in the order of the day", () => {
    expect(nearest([at(8), at(12), at(9), at(15)], at(10).start, 3).map(({ slotId }) => slotId)).toEqual([
      "s8",
      "s9",
      "s12",
    ]);
  });

  test("are as long as the wanted one, and another", async () => {
    const findOpen = async ({ order }: { readonly order?: string | undefined }) =>
      page(order === "latest" ? [at(9), at(8)] : [at(10), at(11, 15), at(12)]);
    const found = await findNear({ findOpen }, at(10));
    expect(found.map(({ slotId }) => slotId)).toEqual(["s8", "s9", "s12"]);
  });
});
