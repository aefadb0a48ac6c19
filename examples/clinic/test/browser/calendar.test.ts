import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { bedOf, bothEngines } from "./bed.ts";
import { launchChromium } from "./chromium.ts";
import { sentenceOf } from "./steps.ts";

const browser = await launchChromium();
/** In Berlin, summer time begins on the Sunday of this week. The year is so far off that the seed has nothing past. */
const monday = "2031-03-24";

for (const engine of await bothEngines()) {
  describe.skipIf(browser === undefined)(`the calendar, on ${engine.title}`, () => {
    const bed = bedOf(engine, browser, monday);

    /** The times of a day, as its slots say them. */
    async function timesOn(day: string): Promise<readonly string[]> {
      const page = await bed().open("dr-osei", { search: { view: "calendar", span: "week", day } });
      const slots = page.locator(`[data-day="${day}"] [data-slot-id]`);
      await slots.first().waitFor();
      const sentences = await slots.locator(".visually-hidden").allTextContents();
      return sentences.map((sentence) => /\d\d:\d\d to \d\d:\d\d/.exec(sentence)?.[0] ?? sentence);
    }

    it("shows the same wall times on both sides of the switch to summer time", async () => {
      const { open, as } = bed();
      const [before, after] = [await timesOn("2031-03-24"), await timesOn("2031-03-31")];
      expect(before[0]).toBe("08:00 to 08:20");
      expect(after).toEqual(before);
      // Nine o'clock is an hour earlier by the sun.
      const nine = ["2031-03-25T09:00:00+01:00", "2031-04-01T09:00:00+02:00"];
      for (const start of nine) {
        const from = new Date(start);
        const { items } = await as("dr-osei").calls.listSlots({
          providerIds: ["dr-osei"],
          from,
          to: new Date(from.getTime() + 1),
        });
        const page = await open("dr-osei", { search: { view: "calendar", day: start.slice(0, 10) } });
        const slot = page.locator(`[data-slot-id="${items[0]?.id}"]`);
        expect(await sentenceOf(slot)).toContain("09:00 to 09:20");
      }
    });

    it("keeps an appointment at its wall time, and draws it at the same height as on other days", async () => {
      const { open, as } = bed();
      const { calls } = as("j-lindqvist");
      const place = { providerId: "j-lindqvist", facilityId: "harbour" };
      // The day before the switch, and the day of it.
      const at = ["2031-03-29T09:00:00+01:00", "2031-03-30T09:00:00+02:00"];
      const slots = at.map((start) => ({ start, end: new Date(Date.parse(start) + 1_800_000) }));
      const made = await calls.createSlots({ ...place, slots });
      for (const { id: slotId } of made.slots) await calls.book({ slotId, subjectId: "ada-brandt" });
      const page = await open("j-lindqvist", { search: { view: "calendar", day: monday } });
      const boxes = await Promise.all(made.slots.map(({ id }) => page.locator(`[data-slot-id="${id}"]`).boundingBox()));
      expect(boxes[0]?.height).toBeGreaterThan(10);
      expect(boxes[1]).toMatchObject({ y: boxes[0]?.y, height: boxes[0]?.height });
      const label = await sentenceOf(page.locator(`[data-slot-id="${made.slots[1]?.id}"]`));
      expect(label).toBe("Sunday 30 March, 09:00 to 09:30, booked, Ada Brandt");
    });

    it("draws the day on which summer time begins with 23 hours, and says so", async () => {
      const page = await bed().open("dr-osei", { search: { view: "calendar", span: "day", day: "2031-03-30" } });
      await page.getByText("Sunday 30 March has 23 hours: clocks go forward").waitFor();
      const hours = await page.locator(".hour > span:first-child").allTextContents();
      expect(hours).toHaveLength(23);
      expect(hours.slice(0, 4)).toEqual(["00:00", "01:00", "03:00", "04:00"]);
    });

    it("draws the day on which it ends with 25 hours, and each of the two hours from two to three", async () => {
      const { open, as } = bed();
      const place = { providerId: "sleep-lab", facilityId: "harbour" };
      const starts = ["2031-10-26T02:30:00+02:00", "2031-10-26T02:30:00+01:00"];
      const slots = starts.map((start) => ({ start, end: new Date(Date.parse(start) + 900_000) }));
      const made = await as("sleep-lab").calls.createSlots({ ...place, slots });
      const page = await open("sleep-lab", { search: { view: "calendar", span: "day", day: "2031-10-26" } });
      await page.getByText("Sunday 26 October has 25 hours: clocks go back").waitFor();
      expect(await page.locator(".hour").count()).toBe(25);
      const cells = made.slots.map(({ id }) => page.locator(`[data-slot-id="${id}"]`));
      const [first, second] = await Promise.all(cells.map((cell) => cell.boundingBox()));
      const hours = await Promise.all([2, 3].map((hour) => page.locator(".hour").nth(hour).boundingBox()));
      expect((second?.y ?? 0) - (first?.y ?? 0)).toBeCloseTo((hours[1]?.y ?? 0) - (hours[0]?.y ?? 0), 0);
      const labels = await Promise.all(cells.map(sentenceOf));
      expect(labels).toEqual([expect.stringContaining("02:30 UTC+2"), expect.stringContaining("02:30 UTC+1")]);
    });

    it("has for a screen reader the tree that was read and found good", async () => {
      const page = await bed().open("dr-osei", { search: { view: "calendar", span: "week", day: monday } });
      await page.locator('[data-day="2031-03-24"] [data-slot-id]').first().waitFor();
      const tree = await page.locator(".calendar-main").ariaSnapshot();
      await expect(tree).toMatchFileSnapshot(join(import.meta.dirname, "week.aria.yml"));
    });
  });
}
