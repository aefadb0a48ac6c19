import type { Page } from "playwright-core";
import { Temporal } from "temporal-polyfill";
import { describe, expect, it } from "vitest";
import { bedOf, engineOn, monday } from "./bed.ts";
import { launchChromium } from "./chromium.ts";
import { phone, picture } from "./pages.ts";
import { sentenceOf } from "./steps.ts";

const browser = await launchChromium();
const engine = await engineOn("mysql");
const hillside = { provider: "j-lindqvist", facility: "hillside" };

/** They are about the page, so one engine is enough. The devices are in Berlin, unless they say otherwise. */
describe.skipIf(browser === undefined)(`a page read in another zone, on ${engine.title}`, () => {
  const bed = bedOf(engine, browser);

  /** The hours beside the calendar: those of the facility, and those of its reader. */
  async function hoursOf(page: Page) {
    await page.locator("[data-slot-id]").first().waitFor();
    const own = await page.locator(".hour > span:first-child").allTextContents();
    return { own, yours: await page.locator(".hour .hours-yours").allTextContents() };
  }

  it("has the hours of both beside the calendar, and says how far they are apart", async () => {
    const search = { ...hillside, view: "calendar", span: "week", day: monday };
    const page = await bed().open("j-lindqvist", { search });
    const { own, yours } = await hoursOf(page);
    expect(own.slice(9, 11)).toEqual(["09:00", "10:00"]);
    expect(yours.slice(9, 11)).toEqual(["10:00", "11:00"]);
    await page.getByText("Lisbon time · your clock (Berlin time) is 1 h ahead").waitFor();
    // The slots say the time of the facility.
    expect(await sentenceOf(page.locator("[data-slot-id]").first())).toContain("09:00 to 09:30");
    await picture(page, "week-elsewhere-desktop-light");
    const there = await bed().open("j-lindqvist", { search, timezoneId: "Europe/Lisbon" });
    expect((await hoursOf(there)).yours).toEqual([]);
  });

  it("says times of a patient's search by the facility's clock, and names its zone wherever it says one", async () => {
    // One that she can have: she has appointments elsewhere.
    const { provider: providerId = "", facility: facilityId } = hillside;
    const wanted = { providerIds: [providerId], facilityId, subjectId: "ada-brandt", from: new Date(monday), limit: 1 };
    const start = (await bed().as("ada-brandt").calls.findOpen(wanted)).items[0]?.start.getTime() ?? 0;
    const there = Temporal.Instant.fromEpochMilliseconds(start).toZonedDateTimeISO("Europe/Lisbon");
    const [hour = "", minutes = ""] = there.toPlainTime().toString().split(":");
    const ada = await bed().open("ada-brandt", { search: { ...hillside, day: `${there.toPlainDate()}` } });
    const time = ada.getByRole("button", { name: new RegExp(`^${hour}:${minutes} ?–`) });
    await time.waitFor();
    expect(await time.textContent()).toContain(`yours ${String(Number(hour) + 1).padStart(2, "0")}:${minutes}`);
    await ada.getByText("Hillside Practice · Lisbon time, yours below").waitFor();
    await ada.getByRole("button", { name: /Lisbon time.*Hillside Practice/ }).waitFor();
    await picture(ada, "find-a-time-elsewhere-desktop-light");
    await time.click();
    await ada
      .getByRole("dialog")
      .getByText(/^Lisbon time. Where you are: /)
      .waitFor();
    await ada.getByText("Kept for you for").waitFor();
    await ada.getByLabel("What is it about?").fill("Knee");
    await ada.getByRole("button", { name: "Book", exact: true }).click();
    await ada
      .getByText(`${hour}:${minutes}–`)
      .and(ada.getByText(/^Booked: .*, Lisbon time, with Jonas Lindqvist/))
      .waitFor();
  });

  it("names the zone of each place where places in several are shown together", async () => {
    const day =
      (await bed().as("ada-brandt").calls.next({ facilityId: "hillside" })).items[0]?.start.toISOString() ?? "";
    const ada = await bed().open("ada-brandt", { search: { day: day.slice(0, 10) } });
    await ada.getByText("Hillside Practice · Lisbon time, yours below").waitFor();
    await ada.getByText("General practice · Harbour Clinic · Berlin time").waitFor();
    await picture(ada, "find-a-time-everywhere-desktop-light");
  });

  it("shows on a phone whom a search is for without half a letter", async () => {
    const ada = await bed().open("ada-brandt", { search: { provider: "dr-osei" }, viewport: phone });
    await ada.locator("button.time").first().waitFor();
    const [field] = (await ada.evaluate(selects)) as readonly {
      text: string;
      width: number;
      room: number;
      overflow: string;
    }[];
    expect(field).toMatchObject({ text: "Dr Amara Osei · General practice", overflow: "ellipsis" });
    expect(field?.width).toBeLessThan(field?.room ?? 0);
    await picture(ada, "find-a-time-with-phone-light");
  });
});

/** What each field of the search says, how wide that is, and how much room it has beside its arrow. */
const selects = `[...document.querySelectorAll(".find-filters select")].map((select) => {
  const style = getComputedStyle(select);
  const context = document.createElement("canvas").getContext("2d");
  context.font = style.font;
  const text = select.selectedOptions[0].text;
  const room = select.clientWidth - parseFloat(style.paddingLeft) - parseFloat(style.paddingRight) - 20;
  return { text, width: context.measureText(text).width, room, overflow: style.textOverflow };
})`;
