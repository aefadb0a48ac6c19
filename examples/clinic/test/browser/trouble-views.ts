import type { Locator, Page } from "playwright-core";
import { expect, vi } from "vitest";
import type { Bed } from "./bed.ts";
import { streamPath } from "./proxy.ts";
import type { FreshSlot } from "./slots.ts";
import { book, choose, fillIn, notices, timeAs, timeOf, untilBadge } from "./steps.ts";
import { shownAt } from "./views.ts";
import { appointmentsOf, calendarOf, cardOf, cellOf, slotWithPatient } from "./waiting.ts";

/** What the page shows where something has gone wrong, or waits for somebody's decision. */
export interface TroubleView {
  readonly name: string;
  /** Leads there, and waits until it is there. */
  readonly reach: (bed: Bed) => Promise<Page>;
  /** What has to be seen of a page that is longer than the screen. Default: its top. */
  readonly shows?: (page: Page) => Locator;
  /** What a browser may say of what the view itself brings about. */
  readonly allowed?: RegExp;
}

const away = /ERR_EMPTY_RESPONSE|ERR_INCOMPLETE|409|503/;

/** Ada looks at the day of a time that is free, and of others near it. */
async function adaAt(bed: Bed, search: object = {}): Promise<readonly [Page, FreshSlot]> {
  const slot = await bed.freshSlot();
  await bed.freshSlot();
  const page = await bed.open("ada-brandt", { search: { ...slot.search, ...search }, now: shownAt });
  await timeOf(page, slot).waitFor();
  return [page, slot];
}

/** Ada has chosen a time that could not be kept, and pressed the button. */
async function booksUnkept(bed: Bed, meanwhile: (slot: FreshSlot) => Promise<unknown>): Promise<Page> {
  const [page, slot] = await adaAt(bed);
  bed.proxy.harm(/^POST .*hold/, "cut");
  await timeOf(page, slot).click();
  await page.getByText("is not kept for you").waitFor();
  await fillIn(page);
  await meanwhile(slot);
  await book(page);
  return page;
}

/** Dr Osei looks at the card of somebody who waits, and presses one of its buttons. */
async function onCard(bed: Bed, subjectId: string, name: string): Promise<Page> {
  const [slot, id] = await slotWithPatient(bed, subjectId);
  const page = await bed.open("dr-osei", { search: { ...slot.search, view: "waiting" }, now: shownAt });
  await cardOf(page, id).getByRole("button", { name }).click();
  return page;
}

/** Dr Osei wants to accept somebody who has another appointment then. */
async function passing(bed: Bed, subjectId: string): Promise<readonly [Page, FreshSlot]> {
  const [{ start, end, ...slot }, id] = await slotWithPatient(bed, subjectId);
  const { calls } = bed.as("j-lindqvist");
  const made = await calls.createSlots({ providerId: "j-lindqvist", facilityId: "harbour", slots: [{ start, end }] });
  const override = [{ policy: "no_overlap_of_subject", reason: "By telephone" }];
  await calls.book({ slotId: made.slots[0]?.id ?? "", subjectId, override });
  const page = await bed.open("dr-osei", { search: { ...slot.search, view: "waiting" }, now: shownAt });
  await cardOf(page, id).getByRole("button", { name: "Accept into…" }).click();
  await page.getByRole("dialog").locator(".accept-slot").click();
  await notices(page).getByRole("button", { name: "Do it all the same…" }).click();
  return [page, { start, end, ...slot }];
}

export const troubleViews: readonly TroubleView[] = [
  {
    name: "refused",
    allowed: away,
    async reach(bed) {
      const page = await booksUnkept(bed, ({ slotId }) =>
        bed.as("ben-okafor").calls.book({ slotId, subjectId: "ben-okafor" }),
      );
      await notices(page).getByText("Free with Dr Amara Osei:").waitFor();
      return page;
    },
  },
  {
    name: "hold-lost",
    allowed: away,
    async reach(bed) {
      const [page, slot] = await adaAt(bed);
      bed.proxy.harm(/^POST .*hold/, { delayMs: 300 });
      await timeOf(page, slot).click();
      await bed.as("ben-okafor").calls.hold({ slotId: slot.slotId });
      const dialog = page.getByRole("dialog");
      await dialog.getByText("could not be kept").waitFor();
      await dialog
        .getByRole("button", { name: /\d\d:\d\d–/ })
        .first()
        .waitFor();
      return page;
    },
  },
  {
    name: "hold-over",
    async reach(bed) {
      const [page, slot] = await adaAt(bed, { hold: "12" });
      await choose(page, slot);
      await page.clock.fastForward(13_000);
      await page.getByRole("button", { name: "Keep it again" }).waitFor();
      return page;
    },
  },
  {
    name: "hold-broken",
    async reach(bed) {
      const [page, slot] = await adaAt(bed);
      await choose(page, slot);
      await bed.as("dr-osei").calls.breakHold({ slotId: slot.slotId, reason: "An emergency." });
      await page.getByRole("button", { name: "Keep it again" }).waitFor();
      return page;
    },
  },
  {
    name: "not-confirmed",
    allowed: away,
    async reach(bed) {
      bed.proxy.harm(/^POST .*appointments/, "cut");
      const page = await booksUnkept(bed, async () => {});
      await notices(page).getByRole("button", { name: "Try now" }).waitFor();
      await page.clock.fastForward(15_000);
      await notices(page).getByRole("button", { name: "Give up" }).waitFor();
      return page;
    },
  },
  {
    name: "polling",
    allowed: away,
    async reach(bed) {
      bed.proxy.harm(streamPath, { status: 503 });
      const [page] = await adaAt(bed);
      await untilBadge(page, "Polling");
      return page;
    },
  },
  {
    name: "reconnecting",
    allowed: away,
    async reach(bed) {
      const [page] = await adaAt(bed);
      bed.proxy.harm(/^GET .*changes/, "cut");
      bed.proxy.cutStreams();
      await untilBadge(page, "Reconnecting");
      return page;
    },
  },
  {
    name: "unreachable",
    allowed: away,
    async reach(bed) {
      bed.proxy.harm(/^GET .(people|directory)/, "cut");
      const page = await bed.open("ada-brandt");
      await page.getByRole("button", { name: "Try again" }).waitFor();
      return page;
    },
  },
  {
    name: "why-not",
    async reach(bed) {
      const [page, slot] = await adaAt(bed);
      await bed.as("ben-okafor").calls.book({ slotId: slot.slotId, subjectId: "ben-okafor" });
      await timeAs(page, slot, "taken").click();
      await page.getByText("Free near it").waitFor();
      return page;
    },
  },
  {
    name: "one-of-several",
    async reach(bed) {
      const [page] = await adaAt(bed);
      await page.getByRole("button", { name: "Ask for one of several times" }).click();
      const times = page.getByRole("dialog").locator(".time:not([data-state])");
      for (const _ of [1, 2]) await times.first().click();
      await page.getByText("2nd choice").first().waitFor();
      return page;
    },
  },
  {
    name: "held-slot",
    async reach(bed) {
      const slot = await bed.freshSlot();
      await bed.as("ben-okafor").calls.hold({ slotId: slot.slotId, seconds: 3_600 });
      const page = await bed.open("dr-osei", { ...calendarOf(slot), now: shownAt });
      await cellOf(page, slot).click();
      await page.getByRole("button", { name: "End the hold" }).click();
      await page.getByText("Say why the hold is ended").waitFor();
      return page;
    },
  },
  {
    name: "passing-a-rule",
    allowed: /422/,
    async reach(bed) {
      const [page] = await passing(bed, "tilda-berg");
      await page.getByRole("alertdialog").getByRole("textbox").fill("Both rooms are next to each other");
      return page;
    },
  },
  {
    name: "passed-rule",
    allowed: /422/,
    shows: (page) => page.getByText("was passed:"),
    async reach(bed) {
      const [page, slot] = await passing(bed, "umar-siddiqui");
      const question = page.getByRole("alertdialog");
      await question.getByRole("textbox").fill("Both rooms are next to each other");
      const accepted = page.waitForResponse((response) => response.url().endsWith("/accept") && response.ok());
      await question.getByRole("button", { name: "Do it all the same" }).click();
      await accepted;
      await page.goto(page.url().replace("view=waiting", `view=calendar&span=day&slot=${slot.slotId}`));
      await page.getByText("was passed:").waitFor();
      return page;
    },
  },
  {
    name: "hours-that-leave-somebody-outside",
    async reach(bed) {
      const { calls } = bed.as("dr-osei");
      const place = { providerId: "dr-osei", facilityId: "harbour" };
      const until = new Date(Date.now() + 7 * 7 * 24 * 60 * 60 * 1000);
      await calls.publishSlots({ ...place, until });
      const from = new Date(until.getTime() - 14 * 24 * 60 * 60 * 1000);
      // Live slots may see what was published a moment later.
      const { items } = await vi.waitFor(async () => {
        const found = await calls.findOpen({ providerIds: ["dr-osei"], from, to: until, limit: 7 });
        expect(found.items).toHaveLength(7);
        return found;
      });
      for (const { slotId } of items) await calls.book({ slotId, subjectId: "vera-schulz" });
      const page = await bed.open("dr-osei", { search: { view: "hours" } });
      await page.getByRole("button", { name: /^Remove: .*08:00 to 12:00/ }).click();
      await page.getByRole("button", { name: "Add a day" }).click();
      await page.getByText("These stay.").waitFor();
      return page;
    },
  },
  {
    name: "hours-that-make-no-sense",
    allowed: /400/,
    async reach(bed) {
      const page = await bed.open("dr-osei", { search: { view: "hours" } });
      await page.getByRole("checkbox", { name: "Monday" }).first().waitFor();
      for (const day of ["Monday", "Tuesday", "Wednesday", "Thursday", "Friday"]) {
        await page.getByRole("checkbox", { name: day }).first().uncheck();
      }
      await page.getByText("Choose a day.").waitFor();
      return page;
    },
  },
  {
    name: "offer",
    async reach(bed) {
      const page = await onCard(bed, "ines-carvalho", "Offer another time");
      const dialog = page.getByRole("dialog");
      await dialog
        .getByRole("button", { name: /^\d\d:\d\d/ })
        .first()
        .click();
      await dialog.getByText(/^To /).waitFor();
      return page;
    },
  },
  {
    name: "decline",
    async reach(bed) {
      const page = await onCard(bed, "jan-kowalski", "Decline");
      await page.getByRole("alertdialog").getByRole("textbox").fill("We are closed that day.");
      return page;
    },
  },
  {
    name: "offered",
    shows: (page) => page.getByRole("button", { name: "Take this time" }),
    async reach(bed) {
      const [, appointmentId] = await slotWithPatient(bed, "katja-voss");
      const { slotId } = await bed.freshSlot();
      await bed.as("dr-osei").calls.offer({ appointmentId, slotId, seconds: 30 * 24 * 60 * 60 });
      const page = await bed.open("katja-voss", { ...appointmentsOf, now: shownAt });
      await page.getByRole("button", { name: "Take this time" }).waitFor();
      return page;
    },
  },
];
