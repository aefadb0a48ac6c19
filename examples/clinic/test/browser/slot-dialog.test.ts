import type { Locator, Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { bedOf, bothEngines } from "./bed.ts";
import { launchChromium } from "./chromium.ts";
import { notices, sentenceOf } from "./steps.ts";

const browser = await launchChromium();

for (const engine of await bothEngines()) {
  describe.skipIf(browser === undefined)(`the dialog of a slot, on ${engine.title}`, () => {
    const bed = bedOf(engine, browser);
    const slotOn = (page: Page, id: string): Locator => page.locator(`[data-slot-id="${id}"]`);
    const calendar = (day: string) => ({ search: { view: "calendar", span: "day", day } });
    async function openSlot(id: string, day: string): Promise<Page> {
      const page = await bed().open("dr-osei", calendar(day));
      await slotOn(page, id).click();
      return page;
    }
    const dialogOf = (page: Page): Locator => page.getByRole("dialog");

    it("blocks and unblocks by keyboard alone, which another page sees, and gives the focus back to the slot", async () => {
      const {
        slotId: id,
        search: { day = "" },
      } = await bed().freshSlot();
      const [own, other] = [
        await bed().open("dr-osei", calendar(day)),
        await bed().open("sleep-lab", {
          search: { ...calendar(day).search, provider: "dr-osei", facility: "harbour" },
        }),
      ];
      await slotOn(own, id).focus();
      await own.keyboard.press("Enter");
      await dialogOf(own).getByLabel("Reason (optional)").fill("<b>Holiday</b>");
      await dialogOf(own).getByRole("button", { name: "Block", exact: true }).focus();
      await own.keyboard.press("Enter");
      await dialogOf(own).getByRole("button", { name: "Unblock" }).waitFor();
      await expect.poll(() => sentenceOf(slotOn(other, id))).toContain("blocked");
      // What was typed is text, and the reason stands in the history.
      await dialogOf(own).getByText("“<b>Holiday</b>”").waitFor();
      await dialogOf(own).getByRole("button", { name: "Unblock" }).focus();
      await own.keyboard.press("Enter");
      await expect.poll(() => sentenceOf(slotOn(other, id))).toContain("free");
      await own.keyboard.press("Escape");
      await dialogOf(own).waitFor({ state: "detached" });
      await own.locator(`[data-slot-id="${id}"]:focus`).waitFor();
    });

    it("shows what happened to a slot, with what each field was and what it became", async () => {
      const {
        slotId: id,
        search: { day = "" },
      } = await bed().freshSlot();
      const { commands } = bed().as("ada-brandt");
      const { appointment } = await commands.book({ slotId: id, subjectId: "ada-brandt" });
      await commands.cancel({ appointmentId: appointment.id, reason: "Feeling well again" });
      const page = await openSlot(id, day);
      const entries = page.getByRole("region", { name: "What happened" }).getByRole("listitem");
      await expect.poll(() => entries.count()).toBe(3);
      const said = await entries.allTextContents();
      expect(said[1]).toContain("Ada Brandt booked it.");
      expect(said[1]).toMatch(/Status\s*before: free\s*→\s*after: booked/);
      expect(said[2]).toContain("Ada Brandt cancelled the appointment.");
      expect(said[2]).toMatch(/Status\s*before: booked\s*→\s*after: free/);
      expect(said[2]).toContain("Feeling well again");
    });

    it("takes a refused change back, and says why", async () => {
      const {
        slotId: id,
        search: { day = "" },
      } = await bed().freshSlot();
      const page = await openSlot(id, day);
      // The answer takes a while, in which somebody else is faster.
      bed().proxy.harm(/^POST .*block/, { delayMs: 1_000 });
      bed().allow(/409/);
      await dialogOf(page).getByRole("button", { name: "Block", exact: true }).click();
      await dialogOf(page).getByText("Not yet confirmed").waitFor();
      await dialogOf(page).getByText("Blocked", { exact: true }).waitFor();
      await bed().as("ada-brandt").commands.book({ slotId: id, subjectId: "ada-brandt" });
      await notices(page).getByText("The slot was not blocked.").waitFor();
      await dialogOf(page).getByText("Booked", { exact: true }).waitFor();
    });

    it("checks the slot, says that it agrees, and takes that back once it has changed", async () => {
      const {
        slotId: id,
        search: { day = "" },
      } = await bed().freshSlot();
      const page = await openSlot(id, day);
      await dialogOf(page).getByRole("button", { name: "Check this slot" }).click();
      const verdict = dialogOf(page).getByText("Slot and appointment agree");
      await verdict.waitFor();
      await bed().as("ada-brandt").commands.book({ slotId: id, subjectId: "ada-brandt" });
      await dialogOf(page).getByText("Booked", { exact: true }).waitFor();
      expect(await verdict.count()).toBe(0);
    });
  });
}
