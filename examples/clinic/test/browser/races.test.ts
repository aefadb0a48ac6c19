import { describe, expect, it } from "vitest";
import { type Bed, bedOf, bothEngines } from "./bed.ts";
import { launchChromium } from "./chromium.ts";
import type { FreshSlot } from "./slots.ts";
import { book, choose, fillIn, notices, sentenceOf, timeAs, timeOf, untilBadge } from "./steps.ts";

const browser = await launchChromium();

for (const engine of await bothEngines()) {
  describe.skipIf(browser === undefined)(`people who want the same, on ${engine.title}`, () => {
    const bed = bedOf(engine, browser);

    /** Two patients who look at the day of one slot. */
    async function two({ open, freshSlot }: Bed) {
      const slot = await freshSlot();
      const pages = await Promise.all(["ada-brandt", "ben-okafor"].map((one) => open(one, { search: slot.search })));
      await Promise.all(pages.map((page) => timeOf(page, slot).waitFor()));
      return { slot, pages };
    }

    it("keeps a time for one of two patients who choose it at once, and offers the other one the times near it", async () => {
      bed().allow(/409 \(Conflict\)/);
      await bed().freshSlot();
      const { slot, pages } = await two(bed());
      bed().proxy.harm(/^POST .*hold/, { delayMs: 300 });
      await Promise.all(pages.map((page) => timeOf(page, slot).click()));
      const outcomes = pages.map(async (page) => {
        const dialog = page.getByRole("dialog");
        await dialog
          .getByText(/Kept for you for|could not be kept/)
          .first()
          .waitFor();
        return (await dialog.getByText("Kept for you for").count()) === 1 ? "kept" : "lost";
      });
      expect((await Promise.all(outcomes)).toSorted()).toEqual(["kept", "lost"]);
      const loser = pages[(await outcomes[0]) === "lost" ? 0 : 1];
      const dialog = loser?.getByRole("dialog");
      expect(await dialog?.getByRole("alert").textContent()).toMatch(
        /Somebody is about to book this time, until \d\d:\d\d/,
      );
      await dialog
        ?.getByRole("button", { name: /\d\d:\d\d–\d\d:\d\d/ })
        .first()
        .click();
      await dialog?.getByText("Kept for you for").waitFor();
    });

    it("takes back the booking that came second, says why, and books another time that it offers", async () => {
      bed().allow(/409 \(Conflict\)|ERR_EMPTY_RESPONSE/);
      await bed().freshSlot();
      const { slot, pages } = await two(bed());
      // Nobody's hold gets through, so both may book.
      bed().proxy.harm(/^POST .*hold/, "cut");
      bed().proxy.harm(/^POST .*appointments/, { delayMs: 500 });
      for (const page of pages) {
        await timeOf(page, slot).click();
        await page.getByText("is not kept for you").waitFor();
        await fillIn(page);
      }
      await Promise.all(pages.map(book));
      // Each of them sees it as done, at once.
      await Promise.all(pages.map((page) => timeAs(page, slot, "yours").waitFor({ timeout: 450 })));
      const told = await Promise.all(pages.map(outcomeOf));
      expect(told.map(({ isBooked }) => isBooked).toSorted()).toEqual([false, true]);
      const loser = told.find(({ isBooked }) => !isBooked)?.page ?? never();
      await timeAs(loser, slot, "taken").waitFor();
      expect(await notices(loser).getByRole("alert").textContent()).toContain(
        "was not booked.Somebody else has taken this time. Choose another one.",
      );
      await notices(loser)
        .getByRole("button", { name: /\d\d:\d\d–\d\d:\d\d/ })
        .first()
        .click();
      await notices(loser).getByRole("button", { name: "My appointments" }).click();
      await loser.locator(".appointment").first().waitFor();
      expect(await loser.locator(".appointment", { hasText: `${slot.from}–${slot.to} Dr Amara Osei` }).count()).toBe(0);
      // Nothing is left that waits for an answer: that would be told by now.
      await loser.waitForTimeout(2_500);
      expect(await notices(loser).getByText("not confirmed yet").count()).toBe(0);
      expect(await appointmentsIn(bed(), slot)).toBe(1);
    });

    it("shows in one browser within a second what was booked in another", async () => {
      const { slot, pages } = await two(bed());
      const [ada = never(), ben = never()] = pages;
      await choose(ada, slot);
      await timeAs(ben, slot, "taken").waitFor();
      await fillIn(ada);
      const staff = await bed().open("dr-osei", { search: { view: "calendar", ...slot.search } });
      const cell = staff.locator(`[data-slot-id="${slot.slotId}"]`);
      await cell.waitFor();
      await untilBadge(staff, "Live");
      await book(ada);
      const since = performance.now();
      await staff.locator(`[data-slot-id="${slot.slotId}"][data-status="booked"]`).waitFor();
      const ms = Math.round(performance.now() - since);
      console.log(`${engine.title}: what Ada booked was in the calendar ${ms} ms after her click.`);
      expect(ms).toBeLessThan(1_000);
      expect(await sentenceOf(cell)).toContain("Ada Brandt");
    });

    it("keeps a time longer if asked, tells a patient who watches that it has run out, keeps what they wrote, and gives the time to others", async () => {
      const slot = await bed().freshSlot();
      const ada = await bed().open("ada-brandt", { search: { ...slot.search, hold: "4" } });
      const ben = await bed().open("ben-okafor", { search: slot.search });
      await timeOf(ben, slot).waitFor();
      await choose(ada, slot);
      await fillIn(ada, "Something long to write");
      await timeAs(ben, slot, "taken").waitFor();
      expect(await ada.getByRole("timer").textContent()).toMatch(/Kept for you for 0:0[1-4]/);
      const endOfHold = async () =>
        (await bed().as("dr-osei").calls.getSlot(slot.slotId)).hold?.expiresAt.getTime() ?? 0;
      const first = await endOfHold();
      await ada.getByRole("button", { name: "Keep it longer" }).click();
      await expect.poll(endOfHold).toBeGreaterThan(first);
      await ada.getByRole("alert").getByText("This time is not kept for you any longer").waitFor();
      expect(await ada.getByRole("button", { name: "Book", exact: true }).isDisabled()).toBe(true);
      await timeAs(ben, slot, "30 min").waitFor();
      expect(await ada.getByLabel("What is it about?").inputValue()).toBe("Something long to write");
      await ada.getByRole("button", { name: "Keep it again" }).click();
      await book(ada);
      await notices(ada).getByText("Booked: ").waitFor();
      expect(await appointmentsIn(bed(), slot)).toBe(1);
    });
  });
}

/** What the page tells of its booking. */
async function outcomeOf(page: Awaited<ReturnType<Bed["open"]>>) {
  const told = notices(page).getByText(/Booked: |was not booked/);
  await told.first().waitFor();
  return { page, isBooked: (await told.first().textContent())?.startsWith("Booked") === true };
}

async function appointmentsIn({ as }: Bed, { slotId, start, end }: FreshSlot): Promise<number> {
  const { items } = await as("dr-osei").calls.listAppointments({ from: start, to: end });
  return items.filter(({ slotIds, status }) => status === "confirmed" && slotIds.includes(slotId)).length;
}

function never(): never {
  throw new Error("There are two pages.");
}
