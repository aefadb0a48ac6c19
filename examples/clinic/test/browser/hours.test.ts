import type { Locator, Page } from "playwright-core";
import { Temporal } from "temporal-polyfill";
import { describe, expect, it } from "vitest";
import { bedOf, bothEnginesOr, monday } from "./bed.ts";
import { calendarFile, calendarOf } from "./calendar-file.ts";
import { launchChromium } from "./chromium.ts";
import { notices } from "./steps.ts";

const browser = await launchChromium();
const place = { providerId: "dr-osei", facilityId: "harbour" };
/** A Saturday on which nothing is planned, by the clock of Berlin. */
const saturday = Temporal.PlainDate.from(monday).add({ days: 12 });
const at = (time: string): Date =>
  new Date(saturday.toZonedDateTime({ timeZone: "Europe/Berlin", plainTime: time }).epochMilliseconds);

for (const engine of await bothEnginesOr("sqlite")) {
  describe.skipIf(browser === undefined)(`the hours of a provider, on ${engine.title}`, () => {
    const bed = bedOf(engine, browser);

    async function openHours(): Promise<Page> {
      const page = await bed().open("dr-osei", { search: { view: "hours" } });
      await page.getByRole("heading", { name: "Every week" }).waitFor();
      await count(page, "New slots").waitFor();
      return page;
    }

    it("are changed by keyboard, with what it would do, and are then published for everybody", async () => {
      const page = await openHours();
      const before = Number(await count(page, "New slots").textContent());
      await page.getByRole("button", { name: "Add hours" }).press("Enter");
      const row = lastWindow(page);
      await row.getByRole("checkbox", { name: "Monday" }).press("Space");
      await row.getByRole("checkbox", { name: "Saturday" }).press("Space");
      await row.getByLabel("From").fill("08:00");
      await row.getByLabel("To", { exact: true }).fill("10:00");
      await row.getByLabel("Minutes each").fill("30");
      // Four on each of eight Saturdays, or of seven where today is one.
      await expect.poll(async () => Number(await count(page, "New slots").textContent()) - before).toBeGreaterThan(24);
      expect(await count(page, "Taken, and outside of the hours").textContent()).toBe("0");
      await page.getByRole("button", { name: "Save and publish" }).press("Enter");
      await notices(page)
        .getByText(/^The hours are set: \d+ slots are new, 0 are withdrawn\.$/)
        .waitFor();
      await page.getByRole("button", { name: "Publish", exact: true }).waitFor();
      await count(page, "New slots")
        .and(page.getByText("0", { exact: true }))
        .waitFor();
      const search = { day: `${saturday}`, provider: place.providerId, facility: place.facilityId };
      const ada = await bed().open("ada-brandt", { search });
      await ada.getByRole("button", { name: /^08:30 ?–09:00/ }).waitFor();
    });

    it("say whose appointments would lie outside, withdraw what is free, and leave what is taken", async () => {
      const { calls } = bed().as("ada-brandt");
      const { items } = await calls.findOpen({ providerIds: ["dr-osei"], from: at("08:30"), to: at("09:00") });
      const slotId = items[0]?.slotId ?? "";
      const { appointment } = await calls.book({ slotId, subjectId: "ada-brandt" });
      const page = await openHours();
      await lastWindow(page)
        .getByRole("button", { name: /^Remove: Saturday, 08:00 to 10:00/ })
        .click();
      await page.getByRole("button", { name: "Add hours" }).and(page.locator(":focus")).waitFor();
      const effect = page.getByRole("region", { name: "What publishing would do" });
      await effect.getByText("Ada Brandt").waitFor();
      await effect
        .getByText(/^\w+ \d+ \w+, 08:30–09:00/)
        .or(effect.getByText(/08:30–09:00/))
        .first()
        .waitFor();
      expect(Number(await count(page, "Withdrawn, because nobody has them").textContent())).toBeGreaterThan(24);
      await page.getByRole("button", { name: "Save and publish" }).click();
      await notices(page).getByText("1 that are taken lie outside of the hours, and stay.").waitFor();
      expect((await calls.getAppointment(appointment.id)).status).toBe("confirmed");
      const left = await calls.findOpen({ providerIds: ["dr-osei"], from: at("08:00"), to: at("10:00") });
      expect(left.items).toEqual([]);
    });

    it("are marked where they make no sense, and cannot be published then", async () => {
      bed().allow(/400 \(Bad Request\)/);
      const page = await openHours();
      await page.getByRole("button", { name: "Add hours" }).click();
      const row = lastWindow(page);
      await row.getByText("It overlaps other hours.").waitFor();
      const publish = page.getByRole("button", { name: "Save and publish" });
      expect(await publish.isDisabled()).toBe(true);
      await row.getByRole("checkbox", { name: "Monday" }).uncheck();
      await row.getByText("Choose a day.").waitFor();
      await page.getByRole("button", { name: "Discard the changes" }).click();
      await count(page, "New slots").waitFor();
      await page.getByRole("button", { name: "Add a day" }).click();
      const day = page.getByRole("region", { name: "On single days" });
      await day.getByLabel("What holds").selectOption("Extra hours");
      await day.getByLabel("First day").fill(`${saturday}`);
      await day.getByLabel("From").fill("22:00");
      await day.getByLabel("To", { exact: true }).fill("01:00");
      await day.getByText("It must end after it begins.", { exact: false }).waitFor();
      await day.getByLabel("next day").check();
      await count(page, "New slots").waitFor();
      await publish.click();
      await notices(page)
        .getByText(/^The hours are set: /)
        .waitFor();
      const { items } = await bed()
        .as("ada-brandt")
        .calls.findOpen({ providerIds: ["dr-osei"], from: at("22:00"), to: at("23:59") });
      expect(items.map(({ start }) => start.getTime())).toContain(at("23:00").getTime());
    });

    it("leave out the times of another calendar, which is shown before, and give them back with its next file", async () => {
      const { calls } = bed().as("dr-osei");
      const from = new Date(Date.now() + 86_400_000);
      const { items } = await calls.findOpen({ providerIds: ["dr-osei"], from, subjectId: "ben-okafor" });
      const [free, other] = items;
      if (free === undefined || other === undefined) throw new Error("Nothing is on offer.");
      await calls.book({ slotId: other.slotId, subjectId: "ben-okafor" });
      const statusOf = async () => (await calls.getSlot(free.slotId)).status;
      const page = await openHours();
      const choose = (file: ReturnType<typeof calendarFile>) => page.getByLabel("A file of it").setInputFiles(file);
      await choose(calendarOf(free, other));
      await count(page, "Free slots to be blocked")
        .and(page.getByText("1", { exact: true }))
        .waitFor();
      await page.getByText("These are within its times, and stay.").waitFor();
      expect(await statusOf()).toBe("available");
      await page.getByLabel("Its name here").fill("north hospital");
      await page.getByText("Reading the calendar").waitFor();
      await count(page, "Free slots to be blocked").waitFor();
      // The hours are in a form of their own, which Enter does not send.
      await page.getByLabel("Its name here").press("Enter");
      await notices(page).getByText("The calendar is taken over: 1 slot blocked, 0 free again.").waitFor();
      expect(await statusOf()).toBe("blocked");
      await choose(calendarOf());
      await page.getByLabel("Its name here").fill("north hospital");
      await count(page, "Slots to be free again")
        .and(page.getByText("1", { exact: true }))
        .waitFor();
      await page.getByRole("button", { name: "Take it over" }).click();
      await notices(page).getByText("The calendar is taken over: 0 slots blocked, 1 free again.").waitFor();
      expect(await statusOf()).toBe("available");
      await choose(calendarFile("BEGIN:VCALENDAR"));
      await page.getByText("This file cannot be read:").waitFor();
      expect(await page.getByRole("button", { name: "Take it over" }).isDisabled()).toBe(true);
    });

    it("say that somebody else has changed them while they were edited, and leave that change as it is", async () => {
      const page = await openHours();
      const { calls } = bed().as("j-lindqvist");
      const minutes = page.getByLabel("An appointment has, as a rule, so many minutes");
      const save = page.getByRole("button", { name: "Save and publish" });
      const saved = notices(page).getByText(/^The hours are set: /);
      const type = async (text: string) => {
        await minutes.fill(text);
        await count(page, "New slots").waitFor();
      };
      await type("35");
      const { hours, timeZone } = await calls.getAvailability(place);
      const next = `${saturday.add({ days: 7 })}`;
      const exceptions = [...(hours.exceptions ?? []), { first: next, last: next, hours: [] }];
      const theirs = await calls.setAvailability({ ...place, timeZone, hours: { ...hours, exceptions } });
      await page.getByText("These hours have been changed since you began.").waitFor();
      expect(await save.isDisabled()).toBe(true);
      expect(await minutes.inputValue()).toBe("35");
      await minutes.press("Enter");
      expect((await calls.getAvailability(place)).version).toBe(theirs.availability.version);
      // What they can do is what it says.
      await page.getByRole("button", { name: "Discard the changes" }).click();
      await type("25");
      // The same hours again are a version more, and no other hours.
      const askedAnew = page.waitForResponse(
        (one) => one.request().method() === "POST" && one.url().includes("availability"),
      );
      const same = await calls.setAvailability({ ...place, timeZone, hours: { ...hours, exceptions } });
      expect(same.availability.version).toBeGreaterThan(theirs.availability.version);
      await askedAnew;
      await count(page, "New slots").waitFor();
      await save.click();
      await saved.waitFor();
      const { hours: both } = await calls.getAvailability(place);
      expect([both.offer.minutes, both.exceptions?.at(-1)?.first]).toEqual([25, next]);
    });

    it("are not set over a change that somebody else made meanwhile", async () => {
      bed().allow(/412 \(Precondition Failed\)|409 \(Conflict\)/);
      const page = await openHours();
      await page.getByLabel("An appointment has, as a rule, so many minutes").fill("35");
      await count(page, "New slots").waitFor();
      // The news do not reach this page.
      bed().proxy.harm(/^GET .*changes|^GET .*availability/, "cut");
      bed().proxy.cutStreams();
      bed().allow(/ERR_/);
      const { calls } = bed().as("j-lindqvist");
      const { hours, timeZone } = await calls.getAvailability(place);
      await calls.setAvailability({ ...place, timeZone, hours: { ...hours, exceptions: [] } });
      await page.getByRole("button", { name: "Save and publish" }).click();
      await notices(page).getByText("The hours were not set.").waitFor();
      await notices(page)
        .getByText(/Somebody else has changed it in the meantime/)
        .waitFor();
      expect(await page.getByLabel("An appointment has, as a rule, so many minutes").inputValue()).toBe("35");
    });
  });
}

const lastWindow = (page: Page): Locator => page.getByRole("region", { name: "Every week" }).getByRole("group").last();

/** How many there are of something that publishing would do. It is not there while that is asked. */
const count = (page: Page, name: string): Locator =>
  page.locator(".hours-counts > div", { has: page.getByText(name, { exact: true }) }).locator("dd");
