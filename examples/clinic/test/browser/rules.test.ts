import type { Page } from "playwright-core";
import { Temporal } from "temporal-polyfill";
import { describe, expect, it } from "vitest";
import { bedOf, bothEnginesOr } from "./bed.ts";
import { launchChromium } from "./chromium.ts";
import type { FreshSlot } from "./slots.ts";
import { choose, notices, timeAs } from "./steps.ts";
import { appointmentsOf, ask, calendarOf, cardOf, cellOf } from "./waiting.ts";

const browser = await launchChromium();

/** How many times are free on the chosen day, as the row of days says. */
async function freeInStrip(page: Page): Promise<number> {
  return Number.parseInt(
    (await page.locator('.find-day[aria-pressed="true"] .find-day-count').textContent()) ?? "",
    10,
  );
}

/** The same, as the list of its times says. */
const freeInDay = async (page: Page): Promise<number> =>
  Number.parseInt((await page.locator(".day-times-head [role=status]").textContent()) ?? "", 10);

/** Answers the refusal by a rule: it is done all the same, for a reason that has to be given. */
async function passRule(staff: Page, title: string, reason: string): Promise<void> {
  await notices(staff).getByRole("button", { name: "Do it all the same…" }).click();
  const question = staff.getByRole("alertdialog", { name: title });
  await question.getByRole("button", { name: "Do it all the same" }).click();
  await question.getByText("Say why: it is written to the history.").waitFor();
  await question.getByLabel("Why is the rule passed?").fill(reason);
  await question.getByRole("button", { name: "Do it all the same" }).press("Enter");
}

/** The slot is in that state, and its history has the reason. */
async function showsPassed(staff: Page, slot: FreshSlot, status: string, reason: string): Promise<void> {
  await cellOf(staff, slot)
    .and(staff.locator(`[data-status="${status}"]:not([data-pending])`))
    .click();
  const told = staff.getByRole("dialog").getByText(`The rule “one appointment at a time” was passed: “${reason}”`);
  await told.waitFor();
}

const place = { providerId: "dr-osei", facilityId: "harbour" };

for (const engine of await bothEnginesOr("postgres")) {
  describe.skipIf(browser === undefined)(`the rules of the clinic, on ${engine.title}`, () => {
    const bed = bedOf(engine, browser);

    /** A free time of Dr Osei so many minutes from now on, in a week that has nothing else. */
    async function soon(minutes: number): Promise<FreshSlot> {
      const now = Temporal.Now.zonedDateTimeISO("Europe/Berlin").round({ smallestUnit: "minute" });
      const [from, to] = [now.add({ minutes }), now.add({ minutes: minutes + 20 })];
      const [start, end] = [from, to].map((at) => new Date(at.epochMilliseconds)) as [Date, Date];
      const { slots } = await bed()
        .as("dr-osei")
        .calls.createSlots({ ...place, slots: [{ start, end }] });
      const [opens, closes] = [from, to].map((at) => at.toPlainTime().toString({ smallestUnit: "minute" }));
      const search = { day: `${from.toPlainDate()}`, provider: place.providerId, facility: place.facilityId };
      return { start, end, from: opens ?? "", to: closes ?? "", search, slotId: slots[0]?.id ?? "" };
    }

    /** The patient has another appointment at the time of this slot. */
    async function bookElsewhere({ start, end }: FreshSlot, subjectId: string): Promise<void> {
      const { calls } = bed().as("j-lindqvist");
      const { slots } = await calls.createSlots({ ...place, providerId: "j-lindqvist", slots: [{ start, end }] });
      const override = [{ policy: "no_overlap_of_subject", reason: "Both rooms are next to each other" }];
      await calls.book({ slotId: slots[0]?.id ?? "", subjectId, override });
    }

    it("marks a free time that a rule keeps from a patient, says why and what may help, and keeps another one", async () => {
      const [tooSoon, later] = [await soon(70), await soon(200)];
      const ada = await bed().open("ada-brandt", { search: tooSoon.search });
      await timeAs(ada, tooSoon, "not for you").waitFor();
      const inDay = await freeInDay(ada);
      expect(inDay).toBeGreaterThan(0);
      await expect.poll(() => freeInStrip(ada)).toBe(inDay);
      await timeAs(ada, tooSoon, "not for you").click();
      const dialog = ada.getByRole("dialog", { name: "Why not this time?" });
      await dialog.getByText(/2 hours/).waitFor();
      await dialog.getByText("Another time may do. The practice can make an exception: call there.").waitFor();
      await dialog.getByRole("button", { name: `${later.from}–${later.to}` }).click();
      await ada.getByRole("dialog").getByText("Kept for you for").waitFor();
    });

    it("tells at once who is filling in the form that the practice has ended their hold, and what they can do", async () => {
      const [slot, other] = [await bed().freshSlot(), await bed().freshSlot()];
      const { calls } = bed().as("dr-osei");
      const ada = await bed().open("ada-brandt", { search: slot.search });
      const dialog = ada.getByRole("dialog");
      await choose(ada, slot);
      await dialog.getByLabel(/What is it about/).fill("A cough");
      await calls.breakHold({ slotId: slot.slotId, reason: "An emergency." });
      await dialog.getByText("The practice has ended it, and others may book it now.").waitFor();
      expect(await dialog.getByRole("button", { name: "Book", exact: true }).isDisabled()).toBe(true);
      await dialog.getByRole("button", { name: "Keep it again" }).click();
      await dialog.getByText("Kept for you for").waitFor();
      await calls.breakHold({ slotId: slot.slotId, reason: "An emergency.", block: true });
      await dialog.getByText("The practice has ended it. Choose another one.").waitFor();
      await dialog.getByRole("button", { name: `${other.from}–${other.to}` }).waitFor();
      expect(await dialog.getByLabel(/What is it about/).inputValue()).toBe("A cough");
    });

    it("says of a time that somebody else has taken that it is so, and that it is free again once it is", async () => {
      const slot = await bed().freshSlot();
      const ada = await bed().open("ada-brandt", { search: slot.search });
      await timeAs(ada, slot, "30 min").waitFor();
      const { calls } = bed().as("ben-okafor");
      const { appointment } = await calls.book({ slotId: slot.slotId, subjectId: "ben-okafor" });
      await timeAs(ada, slot, "taken").click();
      const dialog = ada.getByRole("dialog", { name: "Why not this time?" });
      await dialog.getByText("Somebody else has taken this time. Choose another one.").waitFor();
      await ada.keyboard.press("Escape");
      await calls.cancel({ appointmentId: appointment.id });
      await timeAs(ada, slot, "30 min").click();
      await ada.getByText("Kept for you for").waitFor();
    });

    it("says why a patient cannot cancel so late, and leaves the appointment as it was", async () => {
      bed().allow(/422|409|403/);
      const { slotId } = await soon(300);
      const { appointment } = await bed().as("dr-osei").calls.book({ slotId, subjectId: "tilda-berg" });
      const tilda = await bed().open("tilda-berg", appointmentsOf);
      const own = tilda.locator(`[aria-labelledby="appointment-${appointment.id}"]`);
      await own.getByRole("button", { name: "Cancel", exact: true }).click();
      await tilda.getByRole("button", { name: "Cancel it" }).click();
      await notices(tilda)
        .getByText(/stays as it was/)
        .waitFor();
      await notices(tilda)
        .getByText(/a day|24 hours|1 day/)
        .waitFor();
      expect((await bed().as("dr-osei").calls.getAppointment(appointment.id)).status).toBe("confirmed");
    });

    it("ends a hold for the staff, who say why, and shows that in the history of the slot", async () => {
      const slot = await bed().freshSlot();
      const ada = await bed().open("ada-brandt", { search: slot.search });
      await choose(ada, slot);
      const staff = await bed().open("dr-osei", calendarOf(slot));
      await cellOf(staff, slot).and(staff.locator('[data-status="held"]')).click();
      const dialog = staff.getByRole("dialog");
      await dialog.getByRole("button", { name: "End the hold" }).press("Enter");
      await dialog.getByText("Say why the hold is ended").waitFor();
      await staff.keyboard.type("A patient in pain needs it");
      await dialog.getByRole("button", { name: "End it and block" }).press("Enter");
      await cellOf(staff, slot).and(staff.locator('[data-status="blocked"]')).waitFor();
      await dialog.getByText("Dr Amara Osei ended the hold on it.").waitFor();
      await dialog.getByText("“A patient in pain needs it”").waitFor();
      await timeAs(ada, slot, "chosen").waitFor();
    });

    it("asks for one of several times, which are kept, and the staff take the second one", async () => {
      const [first, second] = [await bed().freshSlot(), await bed().freshSlot()];
      const mei = await bed().open("mei-tanaka", { search: first.search });
      await mei.getByRole("button", { name: "Ask for one of several times" }).click();
      const dialog = mei.getByRole("dialog");
      const day = dialog.getByRole("region", { name: /Saturday|Sunday/ });
      for (const slot of [first, second]) {
        await day.getByRole("button", { name: new RegExp(`^${slot.from} ?–${slot.to}`) }).click();
      }
      await dialog.getByRole("list", { name: "What you ask for" }).getByText("2nd choice").waitFor();
      await dialog.getByLabel("What is it about?").fill("Cough");
      await dialog.getByRole("button", { name: "Ask for it" }).click();
      await notices(mei).getByText("Asked for one of 2 times.").waitFor();
      const { items } = await bed()
        .as("dr-osei")
        .calls.listAppointments({ subjectId: "mei-tanaka", from: first.start, to: first.end });
      const id = items.find(({ status }) => status === "scheduled")?.id ?? "";
      const staff = await bed().open("dr-osei", calendarOf(first));
      await cellOf(staff, second).and(staff.locator('[data-status="held"]')).waitFor();
      await cardOf(staff, id).getByText(`Or ${"Sat"}`, { exact: false }).waitFor();
      await cardOf(staff, id).getByRole("button", { name: "Accept into…" }).click();
      await staff
        .getByRole("dialog")
        .getByRole("button", { name: `${second.from}–${second.to}` })
        .click();
      await cellOf(staff, second).and(staff.locator('[data-status="booked"]:not([data-pending])')).waitFor();
      await cellOf(staff, first).and(staff.locator('[data-status="available"]')).waitFor();
      expect((await bed().as("dr-osei").calls.getAppointment(id)).slotIds).toEqual([second.slotId]);
    });

    it("lets the staff pass a rule with a reason, which the history of the slot shows", async () => {
      bed().allow(/422|409|403/);
      const slot = await bed().freshSlot();
      const id = await ask(bed(), slot, "oskar-lind");
      await bookElsewhere(slot, "oskar-lind");
      const staff = await bed().open("dr-osei", calendarOf(slot));
      await cardOf(staff, id).getByRole("button", { name: "Accept into…" }).click();
      await staff
        .getByRole("dialog")
        .getByRole("button", { name: `${slot.from}–${slot.to}` })
        .click();
      await notices(staff).getByText("Oskar Lind was not accepted, and waits as before.").waitFor();
      await passRule(staff, "Accept Oskar Lind all the same?", "It is <b>urgent</b>");
      await showsPassed(staff, slot, "booked", "It is <b>urgent</b>");
    });

    it("lets the staff offer a time that a rule is against, with a reason that the history of the slot shows", async () => {
      bed().allow(/422|409|403/);
      const [asked, other] = [await bed().freshSlot(), await bed().freshSlot()];
      const id = await ask(bed(), asked, "oskar-lind");
      await bookElsewhere(other, "oskar-lind");
      const staff = await bed().open("dr-osei", calendarOf(other));
      await cardOf(staff, id).getByRole("button", { name: "Offer another time" }).click();
      const dialog = staff.getByRole("dialog");
      const day = dialog.getByRole("region", { name: /Saturday|Sunday/ });
      await day.getByRole("button", { name: new RegExp(`^${other.from} ?–${other.to}`) }).click();
      await dialog.getByRole("button", { name: "Offer it" }).click();
      await notices(staff)
        .getByText(/was not offered\.$/)
        .waitFor();
      await passRule(staff, "Offer it to Oskar Lind all the same?", "The other one will be cancelled");
      await showsPassed(staff, other, "held", "The other one will be cancelled");
      expect((await bed().as("dr-osei").calls.getAppointment(id)).request?.offer?.slotId).toBe(other.slotId);
    });
  });
}
