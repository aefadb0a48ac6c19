import type { Locator, Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { bedOf, bothEngines } from "./bed.ts";
import { launchChromium } from "./chromium.ts";
import { notices, sentenceOf } from "./steps.ts";
import { appointmentsOf, ask, calendarOf, cardOf, cellOf, handleOf, slotWithPatient } from "./waiting.ts";

const browser = await launchChromium();

for (const engine of await bothEngines()) {
  describe.skipIf(browser === undefined)(`the waiting list, on ${engine.title}`, () => {
    const bed = bedOf(engine, browser);

    it("accepts a patient who is dragged onto a slot with the mouse, and another browser shows it within a second", async () => {
      const { open, as } = bed();
      const [slot, id] = await slotWithPatient(bed(), "ada-brandt");
      const [staff, ada] = await Promise.all([open("dr-osei", calendarOf(slot)), open("ada-brandt", appointmentsOf)]);
      const own = ada.locator(`[aria-labelledby="appointment-${id}"]`);
      await own.getByText("confirmed").waitFor({ state: "detached" });
      await cardOf(staff, id).waitFor();
      await drag(staff, handleOf(staff, id), cellOf(staff, slot));
      const since = performance.now();
      await ada.locator(`[data-status="confirmed"][aria-labelledby="appointment-${id}"]`).waitFor();
      const ms = Math.round(performance.now() - since);
      console.log(`${engine.title}: an accept was on the patient's page ${ms} ms after the drop.`);
      expect(ms).toBeLessThan(1_000);
      await cardOf(staff, id).waitFor({ state: "detached" });
      expect(await sentenceOf(cellOf(staff, slot))).toContain("booked, Ada Brandt");
      expect((await as("dr-osei").calls.getAppointment(id)).slotIds).toEqual([slot.slotId]);
    });

    it("accepts a patient by keyboard alone, and by the same steps as a screen reader", async () => {
      const { open, as } = bed();
      const [slot, id] = await slotWithPatient(bed(), "carla-nunes");
      const staff = await open("dr-osei", calendarOf(slot));
      await cardOf(staff, id).waitFor();
      await tabTo(staff, handleOf(staff, id));
      await staff.keyboard.press("Enter");
      await tabTo(staff, cellOf(staff, slot));
      await staff.keyboard.press("Enter");
      await notices(staff).getByText("Carla Nunes has ").waitFor();
      expect((await as("dr-osei").calls.getAppointment(id)).slotIds).toEqual([slot.slotId]);
    });

    it("leaves a patient who is dropped on a slot of another time where they were", async () => {
      const { open, as } = bed();
      const [slot, id] = await slotWithPatient(bed(), "elif-kaya");
      const other = await bed().freshSlot();
      const staff = await open("dr-osei", calendarOf(slot));
      await cardOf(staff, id).waitFor();
      await drag(staff, handleOf(staff, id), cellOf(staff, other));
      await cardOf(staff, id).waitFor();
      expect((await as("dr-osei").calls.getAppointment(id)).status).toBe("scheduled");
    });

    it("offers another time, which the patient takes, and declines somebody else with a reason", async () => {
      const { open, as, freshSlot } = bed();
      const [slot, other] = [await freshSlot(), await freshSlot()];
      const { slotId, search } = slot;
      const wish = { slotId, holdSeconds: 3_600, subjectId: "grace-adeyemi" };
      const { appointment } = await as("grace-adeyemi").calls.request(wish);
      const staff = await open("dr-osei", { search: { ...search, view: "waiting" } });
      const card = cardOf(staff, appointment.id);
      await card.getByRole("button", { name: "Offer another time" }).click();
      // On a day on which the clinic is closed: nobody else takes it.
      const day = other.start.toLocaleDateString("en-GB", { weekday: "long", timeZone: "Europe/Berlin" });
      const times = staff.getByRole("dialog").locator(`section[aria-label*="${day}"]`);
      await times
        .getByRole("button", { name: new RegExp(`^${other.from}`) })
        .first()
        .click();
      await staff.getByRole("dialog").getByRole("button", { name: "Offer it" }).click();
      await card.getByText(/^Offered: /).waitFor();
      const grace = await open("grace-adeyemi", appointmentsOf);
      const own = grace.locator(`[aria-labelledby="appointment-${appointment.id}"]`);
      await own.getByRole("button", { name: "Take this time" }).click();
      await grace.locator(`[data-status="confirmed"][aria-labelledby="appointment-${appointment.id}"]`).waitFor();
      await card.waitFor({ state: "detached" });
      const taken = await as("dr-osei").calls.getAppointment(appointment.id);
      expect(taken.request?.wishes.map((wished) => wished.slotId)).toEqual([slotId]);
      expect(taken.slotIds).not.toContain(slotId);
      expect((await as("dr-osei").calls.getSlot(slotId)).status).toBe("available");

      const second = await as("grace-adeyemi").calls.request(wish);
      const waiting = cardOf(staff, second.appointment.id);
      await waiting.getByRole("button", { name: "Decline" }).click();
      await staff.getByRole("alertdialog").getByRole("textbox").fill("We are closed then");
      await staff.getByRole("alertdialog").getByRole("button", { name: "Decline it" }).click();
      await waiting.waitFor({ state: "detached" });
      const declined = grace.locator(
        `[data-status="declined"][aria-labelledby="appointment-${second.appointment.id}"]`,
      );
      await declined.getByRole("button", { name: "History" }).click();
      await declined.getByText("“We are closed then”").waitFor();
    });

    it("puts a patient back who was accepted second, and says which slots are free", async () => {
      bed().allow(/409 \(Conflict\)/);
      const { open, as, proxy } = bed();
      const [slot, first] = await slotWithPatient(bed(), "david-meyer");
      const second = await ask(bed(), slot, "finn-larsen");
      const pages = await Promise.all(["dr-osei", "j-lindqvist"].map((one) => open(one, calendarOf(slot))));
      const ids = [first, second];
      await Promise.all(pages.map((page, index) => cardOf(page, ids[index] ?? "").waitFor()));
      proxy.harm(/^POST .*accept/, { delayMs: 1_500 });
      // Each of them sees it as done, as long as nothing else is known.
      for (const [index, page] of pages.entries()) {
        await drag(page, handleOf(page, ids[index] ?? ""), cellOf(page, slot));
        await cellOf(page, slot).and(page.locator('[data-pending][data-status="booked"]')).waitFor({ timeout: 1_000 });
        await cardOf(page, ids[index] ?? "").waitFor({ state: "detached" });
      }
      const told = pages.map((page) =>
        notices(page)
          .getByText(/ has |was not accepted/)
          .first(),
      );
      await Promise.all(told.map((one) => one.waitFor()));
      const words = await Promise.all(told.map((one) => one.textContent()));
      const lost = words.findIndex((text) => text?.includes("was not accepted, and waits as before"));
      expect(lost).toBeGreaterThan(-1);
      const loser = pages[lost] as Page;
      await cardOf(loser, ids[lost] ?? "").waitFor();
      expect(
        await notices(loser)
          .getByRole("button", { name: /\d\d:\d\d–\d\d:\d\d/ })
          .count(),
      ).toBeGreaterThan(0);
      const states = await Promise.all(ids.map((id) => as("dr-osei").calls.getAppointment(id)));
      expect(states.map(({ status }) => status).toSorted()).toEqual(["confirmed", "scheduled"]);
    });
  });
}

/** As a hand does it: not from the very middle, which react-aria takes for a screen reader's click. */
async function drag(page: Page, from: Locator, to: Locator): Promise<void> {
  await from.hover({ position: { x: 12, y: 12 } });
  await page.mouse.down();
  await to.hover();
  await page.mouse.move(...(await centreOf(to)), { steps: 3 });
  await page.mouse.up();
}

async function centreOf(target: Locator): Promise<[number, number]> {
  const box = await target.boundingBox();
  if (box === null) throw new Error("It is not on the page.");
  return [box.x + box.width / 2 + 1, box.y + box.height / 2 + 1];
}

/** Presses the tabulator key until the focus is there. */
async function tabTo(page: Page, target: Locator): Promise<void> {
  for (let presses = 0; presses < 150; presses++) {
    if ((await target.and(page.locator(":focus")).count()) > 0) return;
    await page.keyboard.press("Tab");
  }
  throw new Error(`The tabulator key does not come to ${target}.`);
}
