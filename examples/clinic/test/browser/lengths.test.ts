import type { Page } from "playwright-core";
import { Temporal } from "temporal-polyfill";
import { describe, expect, it } from "vitest";
import { bedOf, bothEnginesOr, monday } from "./bed.ts";
import { launchChromium } from "./chromium.ts";
import { book, fillIn, notices } from "./steps.ts";

const browser = await launchChromium();
const place = { providerId: "j-lindqvist", facilityId: "hillside" };
/** On which a physiotherapist cuts no slots. */
const saturday = Temporal.PlainDate.from(monday).add({ days: 12 });
const search = { provider: place.providerId, facility: place.facilityId, day: `${saturday}` };

for (const engine of await bothEnginesOr("postgres")) {
  describe.skipIf(browser === undefined)(`a time as long as it takes, on ${engine.title}`, () => {
    const bed = bedOf(engine, browser);

    /** The dialog of somebody who looks for times of this length. */
    async function lookFor(
      person: string,
      minutes: string,
      more: Readonly<Record<string, string>> = {},
      now?: Date,
    ): Promise<Page> {
      const page = await bed().open(person, { search: { ...search, ...more }, ...(now && { now }) });
      await page.getByRole("button", { name: "Choose how long it takes" }).click();
      await page.getByLabel("How long", { exact: true }).selectOption({ label: minutes });
      return page;
    }

    const onSaturday = (page: Page) =>
      page.getByRole("dialog").getByRole("region", { name: new RegExp(`^Saturday ${saturday.day} `) });
    const time = (page: Page, text: string) => onSaturday(page).getByRole("button", { name: new RegExp(`^${text}`) });

    it("is found where no slots are made, and booked; what is left of the hours stays on offer", async () => {
      const [ada, ben] = [await lookFor("ada-brandt", "45 min"), await lookFor("ben-okafor", "1 h")];
      await time(ben, "09:00 ?–10:00").waitFor();
      await time(ada, "09:30 ?–10:15").click();
      await ada.getByText("Kept for you for").waitFor();
      await fillIn(ada, "Knee, six weeks after surgery");
      await book(ada);
      await notices(ada).getByText("Booked:").waitFor();
      await time(ben, "09:00 ?–10:00").waitFor({ state: "detached" });
      await time(ben, "10:15 ?–11:15").waitFor();
      await ben.getByLabel("How long", { exact: true }).selectOption({ label: "30 min" });
      await time(ben, "09:00 ?–09:30").waitFor();
      const { items } = await bed().as("ada-brandt").calls.listAppointments({ subjectId: "ada-brandt" });
      const lengths = items.map(({ start, end }) => (end.getTime() - start.getTime()) / 60_000);
      expect(lengths).toContain(45);
    });

    it("that somebody asked for is accepted without a slot, and moved to another one", async () => {
      const start = saturday.toZonedDateTime({ timeZone: "Europe/Lisbon", plainTime: "12:15" }).epochMilliseconds;
      const wanted = { ...place, start: new Date(start), end: new Date(start + 30 * 60_000) };
      const { calls } = bed().as("carla-nunes");
      const { appointment } = await calls.request({ ...wanted, subjectId: "carla-nunes" });
      const staff = await bed().open("j-lindqvist", { search: { ...search, view: "waiting" } });
      const card = staff.locator(`[aria-labelledby="waiting-${appointment.id}"]`);
      await card.getByRole("button", { name: "Accept into" }).click();
      await staff.getByText("The hours offer the time that was asked for.").waitFor();
      await staff.getByRole("dialog").getByRole("button", { name: /12:15/ }).click();
      await notices(staff).getByText("Carla Nunes has ").waitFor();
      const carla = await bed().open("carla-nunes", { search: { view: "appointments" } });
      const own = carla.locator(`[aria-labelledby="appointment-${appointment.id}"]`);
      await own.getByRole("button", { name: "Move" }).click();
      await time(carla, "10:45 ?–11:15").click();
      await carla.getByRole("dialog").getByRole("button", { name: "Move" }).click();
      await notices(carla).getByText("Moved to ").waitFor();
      const moved = await calls.getAppointment(appointment.id);
      expect(moved.start.getTime()).toBe(start - 90 * 60_000);
      await calls.cancel({ appointmentId: appointment.id });
    });

    it("stays so when the hours are published, which makes no slots of them and withdraws none of another day", async () => {
      const { calls } = bed().as("j-lindqvist");
      const dates = { from: new Date(), to: new Date(Date.now() + 60 * 86_400_000) };
      const before = await calls.listSlots({
        ...dates,
        providerIds: [place.providerId],
        facilityId: place.facilityId,
        limit: 500,
      });
      const { created, withdrawn } = await calls.publishSlots({ ...place, until: dates.to });
      expect([created, withdrawn]).toEqual([0, 0]);
      const after = await calls.listSlots({
        ...dates,
        providerIds: [place.providerId],
        facilityId: place.facilityId,
        limit: 500,
      });
      expect(after.items.length).toBe(before.items.length);
    });

    it("is kept while the form is filled in: nobody else gets it, and when it is given back it is on offer again", async () => {
      const [ada, ben] = [await lookFor("ada-brandt", "30 min"), await lookFor("ben-okafor", "30 min")];
      await time(ben, "11:15 ?–11:45").waitFor();
      await time(ada, "11:00 ?–11:30").click();
      await ada.getByText("Kept for you for").waitFor();
      await time(ben, "11:15 ?–11:45").waitFor({ state: "detached" });
      await ada.getByRole("button", { name: "Keep it longer" }).click();
      await ada.getByRole("button", { name: "Cancel", exact: true }).click();
      await time(ben, "11:15 ?–11:45").waitFor();
      await time(ben, "11:00 ?–11:30").waitFor();
    });

    it("that is not kept any longer can be kept again, or another one, with what was written", async () => {
      const ada = await lookFor("ada-brandt", "30 min", { hold: "5" });
      // The server counts from later on than the device: for a moment, the first hold is over here only.
      await ada.route("**/api/holds", (route) => ada.waitForTimeout(1_000).then(() => route.continue()), { times: 1 });
      await time(ada, "12:00 ?–12:30").click();
      await fillIn(ada, "Stiff neck");
      const kept = ada.getByText("Kept for you for");
      const keepAgain = ada.getByRole("button", { name: "Keep it again" });
      const earlier = ada.getByRole("dialog").getByRole("button", { name: /11:45.{1,3}12:15/ });
      await keepAgain.click();
      await kept.waitFor();
      // Those near it come with the answer whether somebody has it.
      await earlier.waitFor();
      expect(await keepAgain.isVisible()).toBe(true);
      const at = (plainTime: string) =>
        new Date(saturday.toZonedDateTime({ timeZone: "Europe/Lisbon", plainTime }).epochMilliseconds);
      const ben = bed().as("ben-okafor");
      const wanted = { ...place, start: at("12:15"), end: at("12:45"), subjectId: "ben-okafor" };
      await expect.poll(async () => (await ben.calls.explain(wanted)).onOffer).toBe(true);
      await ben.calls.book(wanted);
      await keepAgain.waitFor({ state: "detached" });
      await earlier.click();
      await kept.waitFor();
      expect(await ada.getByLabel("What is it about?").inputValue()).toBe("Stiff neck");
      await book(ada);
      await notices(ada).getByText("Booked:").waitFor();
    });

    it("is on offer to others when its hold ends by the clock, of which there are no news", async () => {
      const { calls } = bed().as("ada-brandt");
      const ben = await lookFor("ben-okafor", "30 min", {}, new Date());
      await time(ben, "10:30 ?–11:00").waitFor();
      const start = saturday.toZonedDateTime({ timeZone: "Europe/Lisbon", plainTime: "10:30" }).epochMilliseconds;
      const wanted = { ...place, start: new Date(start), end: new Date(start + 30 * 60_000) };
      await calls.hold({ ...wanted, seconds: 4 });
      await time(ben, "10:30 ?–11:00").waitFor({ state: "detached" });
      await expect.poll(async () => (await calls.explain(wanted)).onOffer, { timeout: 10_000 }).toBe(true);
      await ben.clock.fastForward(10_000);
      await time(ben, "10:30 ?–11:00").waitFor();
    });
  });
}
