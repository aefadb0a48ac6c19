import type { Locator, Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { formatDay } from "../../page/src/time/format.ts";
import { bedOf, bothEngines } from "./bed.ts";
import { launchChromium } from "./chromium.ts";
import { expectNoneHasRun, script } from "./script.ts";
import type { FreshSlot } from "./slots.ts";
import { notices, sentenceOf } from "./steps.ts";
import { appointmentsOf, ask, calendarOf, cardOf, cellOf, slotWithPatient } from "./waiting.ts";

const browser = await launchChromium();

for (const engine of await bothEngines()) {
  describe.skipIf(browser === undefined)(
    `what is pressed in one browser, and shown in another, on ${engine.title}`,
    () => {
      const bed = bedOf(engine, browser);

      /** Ada has booked a seat of it. She looks at her appointments, and Dr Osei at the day. */
      async function booked(slot: FreshSlot) {
        const { open, as } = bed();
        const { appointment } = await as("ada-brandt").calls.book({ slotId: slot.slotId, subjectId: "ada-brandt" });
        const [ada, staff] = await Promise.all([open("ada-brandt", appointmentsOf), open("dr-osei", calendarOf(slot))]);
        await isBooked(staff, slot);
        return { ada, staff, own: appointmentOn(ada, appointment.id) };
      }

      it("moves an appointment to another time, and does not offer its own, although a seat of it is free", async () => {
        const [slot, other] = [await bed().freshSlot(2), await bed().freshSlot()];
        const { ada, staff, own } = await booked(slot);
        await own.getByRole("button", { name: "Move" }).click();
        const day = ada.getByRole("dialog").getByRole("region", { name: formatDay(slot.start, "Europe/Berlin") });
        await day.getByRole("button", { name: timeIn(other) }).click();
        expect(await day.getByRole("button", { name: timeIn(slot) }).count()).toBe(0);
        await ada.getByRole("dialog").getByRole("button", { name: "Move", exact: true }).click();
        await notices(ada).getByText("Moved to ").waitFor();
        await own.getByText(`${other.from}–${other.to}`).waitFor();
        await isBooked(staff, other);
        await isFree(staff, slot);
        expect(await sentenceOf(cellOf(staff, other))).toContain("Ada Brandt");
      });

      it("cancels an appointment, with its reason as text in both histories", async () => {
        const slot = await bed().freshSlot();
        const { ada, staff, own } = await booked(slot);
        await own.getByRole("button", { name: "Cancel", exact: true }).click();
        await ada.getByLabel(/^Why\?/).fill(script);
        await ada.getByRole("button", { name: "Cancel it" }).click();
        await notices(ada).getByText("Cancelled: ").waitFor();
        await isFree(staff, slot);
        await cellOf(staff, slot).click();
        await staff.getByRole("dialog").getByText(`“${script}”`).waitFor();
        await own.getByRole("button", { name: "History" }).click();
        await own.getByText(`“${script}”`).waitFor();
        await expectNoneHasRun(ada, staff);
      });

      it("accepts a patient into a slot that is chosen from a list, and declines another with a reason, as text", async () => {
        const { open } = bed();
        const [slot, first] = await slotWithPatient(bed(), "ada-brandt");
        const second = await ask(bed(), slot, "ben-okafor");
        const pages = [
          open("dr-osei", calendarOf(slot)),
          open("ada-brandt", appointmentsOf),
          open("ben-okafor", appointmentsOf),
        ];
        const [staff, ada, ben] = (await Promise.all(pages)) as [Page, Page, Page];
        await cardOf(staff, first).getByRole("button", { name: "Accept into…" }).click();
        await staff
          .getByRole("dialog")
          .getByRole("button", { name: `${slot.from}–${slot.to}` })
          .click();
        await isBooked(staff, slot);
        await appointmentOn(ada, first).and(ada.locator('[data-status="confirmed"]')).waitFor();
        await cardOf(staff, first).waitFor({ state: "detached" });
        await cardOf(staff, second).getByRole("button", { name: "Decline" }).click();
        await staff.getByLabel(/^Why\?/).fill(script);
        await staff.getByRole("button", { name: "Decline it" }).click();
        await notices(staff).getByText("Declined: ").waitFor();
        await cardOf(staff, second).waitFor({ state: "detached" });
        const declined = appointmentOn(ben, second);
        await declined.and(ben.locator('[data-status="declined"]')).waitFor();
        await declined.getByRole("button", { name: "History" }).click();
        await declined.getByText(`“${script}”`).waitFor();
        await expectNoneHasRun(staff, ben);
      });
    },
  );
}

const appointmentOn = (page: Page, id: string): Locator => page.locator(`[aria-labelledby="appointment-${id}"]`);
const timeIn = ({ from, to }: FreshSlot): RegExp => new RegExp(`^${from} ?–${to}`);
const isBooked = (page: Page, slot: FreshSlot): Promise<void> => hasStatus(page, slot, "booked");
const isFree = (page: Page, slot: FreshSlot): Promise<void> => hasStatus(page, slot, "available");

/** Confirmed by the server, not only shown. */
function hasStatus(page: Page, slot: FreshSlot, status: string): Promise<void> {
  return cellOf(page, slot)
    .and(page.locator(`[data-status="${status}"]:not([data-pending])`))
    .waitFor();
}
