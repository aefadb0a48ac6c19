import { describe, expect, it } from "vitest";
import { bedOf, bothEngines } from "./bed.ts";
import { launchChromium } from "./chromium.ts";
import { expectNoneHasRun, script } from "./script.ts";
import { book, choose, fillIn, notices } from "./steps.ts";
import { appointmentsOf, calendarOf, cellOf } from "./waiting.ts";

const browser = await launchChromium();
/** Not the same text as that of the other field, so that each is looked for by itself. */
const purpose = `Cough ${script}`.slice(0, 80);

for (const engine of await bothEngines()) {
  describe.skipIf(browser === undefined)(`script that people write into fields, on ${engine.title}`, () => {
    const bed = bedOf(engine, browser);

    it("is text in a booking, and in the reason for which the practice cancels it, to the patient and to the staff", async () => {
      const { open, freshSlot } = bed();
      const slot = await freshSlot();
      const ada = await open("ada-brandt", { search: slot.search });
      await choose(ada, slot);
      await fillIn(ada, purpose);
      await ada.getByLabel("Anything the practice should know?").fill(script);
      await book(ada);
      await notices(ada).getByRole("button", { name: "My appointments" }).click();
      await ada.locator(".appointment-note").getByText(script, { exact: true }).waitFor();
      const staff = await open("dr-osei", calendarOf(slot));
      await cellOf(staff, slot)
        .and(staff.locator("button", { hasText: purpose }))
        .click();
      await staff.getByRole("dialog").getByText(purpose, { exact: true }).waitFor();
      await staff.getByRole("button", { name: "Cancel the appointment…" }).click();
      await staff.getByLabel(/^Why\?/).fill(script);
      await staff.getByRole("button", { name: "Cancel it" }).click();
      await staff.getByRole("dialog").getByText(`“${script}”`).waitFor();
      const card = ada.locator(".appointment", { hasText: purpose });
      await card.getByRole("button", { name: "History" }).click();
      await card.getByText(`“${script}”`).waitFor();
      await expectNoneHasRun(ada, staff);
    });

    it("is text in what is asked for, to the patient, and to the staff who has it on the waiting list", async () => {
      const { open, freshSlot } = bed();
      const { search } = await freshSlot();
      const ben = await open("ben-okafor", { search });
      await ben.getByRole("button", { name: "Ask for a time" }).click();
      // Nobody works so early on that day.
      await ben.getByLabel("Time", { exact: true }).fill("05:00");
      await fillIn(ben, purpose);
      await ben.getByLabel("Anything the practice should know?").fill(script);
      await ben.getByRole("button", { name: "Ask for it" }).click();
      await notices(ben).getByText("Asked for: ").waitFor();
      const staff = await open("dr-osei", { search: { ...search, view: "waiting" } });
      const again = await open("ben-okafor", appointmentsOf);
      for (const page of [staff.locator(".waiting"), again.locator(".appointment")]) {
        await page.getByText(purpose, { exact: true }).waitFor();
        await page.getByText(script, { exact: true }).waitFor();
      }
      await expectNoneHasRun(ben, staff, again);
    });

    it("is text in the reasons for which a slot is blocked and opened again", async () => {
      const slot = await bed().freshSlot();
      const staff = await bed().open("dr-osei", calendarOf(slot));
      await cellOf(staff, slot).click();
      const dialog = staff.getByRole("dialog");
      for (const [index, name] of ["Block", "Unblock"].entries()) {
        await dialog.getByLabel("Reason (optional)").fill(`${script}${index}`);
        await dialog.getByRole("button", { name, exact: true }).click();
        await dialog.getByText(`“${script}${index}”`).waitFor();
      }
      expect(await dialog.locator("img").count()).toBe(0);
      await expectNoneHasRun(staff);
    });
  });
}
