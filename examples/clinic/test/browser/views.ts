import type { Page } from "playwright-core";
import { Temporal } from "temporal-polyfill";
import { monday } from "./bed.ts";
import { calendarOf } from "./calendar-file.ts";
import { untilBadge } from "./steps.ts";

/** Something that the page can show. */
export interface View {
  readonly name: string;
  /** Undefined: nobody has said who they are. */
  readonly person?: string;
  readonly search?: Readonly<Record<string, string>>;
  /** Leads there, and waits until it is there. */
  readonly reach: (page: Page) => Promise<unknown>;
}

const wednesday = Temporal.PlainDate.from(monday).add({ days: 2 });
/** What the clock of the device says: in the middle of a morning of work. */
export const shownAt = new Date(
  wednesday.toZonedDateTime({ timeZone: "Europe/Berlin", plainTime: "09:35" }).epochMilliseconds,
);

const slots = (page: Page) => page.locator("[data-slot-id]").first().waitFor();
const button = (page: Page, name: string | RegExp) => page.getByRole("button", { name }).first().click();
const dialog = (page: Page) => page.getByRole("dialog").waitFor();
const patient = { person: "ada-brandt" };
const staff = { person: "dr-osei" };
const tomorrow = { day: wednesday.add({ days: 1 }).toString(), provider: "dr-osei" };

export const views: readonly View[] = [
  { name: "who-are-you", reach: (page) => page.getByRole("link", { name: /Ada Brandt/ }).waitFor() },
  {
    ...patient,
    name: "find-a-time",
    search: tomorrow,
    async reach(page) {
      await untilBadge(page, "Live");
      await page.locator(".next-free-time").waitFor();
      await page.locator(".time").first().waitFor();
    },
  },
  {
    ...patient,
    name: "book",
    search: tomorrow,
    async reach(page) {
      await page.locator(".time:not([data-state])").last().click();
      await page.getByText("Kept for you for").waitFor();
    },
  },
  {
    ...patient,
    name: "ask-for-a-time",
    search: tomorrow,
    async reach(page) {
      await button(page, "Ask for a time");
      await dialog(page);
    },
  },
  {
    ...patient,
    name: "how-long",
    search: { provider: "j-lindqvist", facility: "hillside" },
    async reach(page) {
      await button(page, "Choose how long it takes");
      await page
        .getByRole("dialog")
        .getByRole("button", { name: /^09:30/ })
        .last()
        .waitFor();
    },
  },
  {
    ...patient,
    name: "my-appointments",
    search: { view: "appointments" },
    reach: (page) => page.locator(".appointment").first().waitFor(),
  },
  {
    ...patient,
    name: "my-appointments-history",
    search: { view: "appointments" },
    async reach(page) {
      await button(page, "History");
      await page.locator(".history li").first().waitFor();
    },
  },
  {
    ...patient,
    name: "move",
    search: { view: "appointments" },
    async reach(page) {
      await button(page, "Move");
      await page
        .getByRole("dialog")
        .getByRole("button", { name: /^\d\d:\d\d/ })
        .first()
        .waitFor();
    },
  },
  {
    ...patient,
    name: "cancel",
    search: { view: "appointments" },
    async reach(page) {
      await button(page, "Cancel");
      await page.getByText("Cancel this appointment?").waitFor();
    },
  },
  { ...staff, name: "week", search: { view: "calendar", span: "week", day: monday }, reach: slots },
  { ...staff, name: "day", search: { view: "calendar", span: "day", day: `${wednesday}` }, reach: slots },
  {
    ...staff,
    name: "slot",
    search: { view: "calendar", span: "day", day: `${wednesday}` },
    async reach(page) {
      await page
        .locator("[data-slot-id]", { hasText: /booked/ })
        .first()
        .click();
      await page.getByRole("dialog").getByText("published the slot").waitFor();
    },
  },
  {
    person: "sleep-lab",
    name: "week-of-nights",
    search: { view: "calendar", span: "week", day: monday },
    reach: slots,
  },
  {
    ...staff,
    name: "waiting-list",
    search: { view: "waiting", day: monday },
    reach: (page) => page.locator(".waiting").first().waitFor(),
  },
  {
    ...staff,
    name: "accept",
    search: { view: "waiting", day: monday },
    async reach(page) {
      await button(page, "Accept into…");
      await dialog(page);
    },
  },
  {
    ...staff,
    name: "hours",
    search: { view: "hours" },
    reach: (page) => page.getByText("New slots").waitFor(),
  },
  {
    ...staff,
    name: "hours-of-another-calendar",
    search: { view: "hours" },
    async reach(page) {
      // From the morning of one day to that of another.
      const [start, end] = [1, 3].map((days) => new Date(shownAt.getTime() + days * 86_400_000)) as [Date, Date];
      await page.getByLabel("A file of it").setInputFiles(calendarOf({ start, end }));
      await page.getByText("Free slots to be blocked").waitFor();
      await page.getByText("Taken, and within its times").scrollIntoViewIfNeeded();
    },
  },
  {
    ...staff,
    name: "sync-check",
    search: { view: "sync" },
    reach: (page) => page.getByRole("heading", { name: "Slots and appointments agree" }).waitFor(),
  },
];
