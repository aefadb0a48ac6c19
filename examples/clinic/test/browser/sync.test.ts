import type { Locator, Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { formatDay, formatTime } from "../../page/src/time/format.ts";
import { facilities, patients, providers } from "../../people.ts";
import { type Bed, bedOf, bothEngines, monday } from "./bed.ts";
import { launchChromium } from "./chromium.ts";
import { desktop, phone, picture } from "./pages.ts";
import { notices, untilBadge } from "./steps.ts";
import { barriersOn, watchShifts } from "./watching.ts";

const browser = await launchChromium();
const engines = await bothEngines();
const search = { view: "sync" };
const reconcile = /^POST .*reconcile/;

/** The clinic is broken until the last test, which repairs it. */
for (const engine of engines) {
  describe.skipIf(browser === undefined)(`the sync check, on ${engine.title}`, () => {
    const bed = bedOf(engine, browser, monday, { breaks: true });

    // With the same clinic, because starting one takes seconds.
    if (engine === engines.at(-1)) describe("a page and what does not agree", () => testsOfPage(bed));

    it("says whose booking is broken, when it is, and what would become of it", async () => {
      const page = await bed().open("dr-osei", { search });
      const { patient, provider, start, zone } = damaged(bed());
      const found = page.getByRole("article", { name: `${formatDay(start, zone)}, ${formatTime(start, zone)}` });
      await found.getByText(`The slot is still booked for ${patient}, whose appointment was cancelled.`).waitFor();
      await found.getByText("Repair: The slot becomes free.").waitFor();
      await found.getByText(provider).waitFor();
      expect(await page.getByRole("article").count()).toBe(1);
    });

    it("repairs a booking that was broken by hand, by keyboard too, and then finds nothing", async () => {
      const page = await bed().open("dr-osei", { search });
      await repairButton(page).press("Enter");
      await question(page).getByText("The slot becomes free. The appointment gives up the slot.").waitFor();
      await question(page).getByRole("button", { name: "Repair", exact: true }).press("Enter");
      await notices(page).getByText("2 faults repaired.").waitFor();
      const agree = titled(page, "Slots and appointments agree");
      await agree.and(page.locator(":focus")).waitFor();
      await page.getByText("Repaired: The slot is no longer kept for an appointment that has ended.").waitFor();
      expect(await repairButton(page).count()).toBe(0);
      if (engine === engines.at(-1)) {
        await seeAll(page, "sync-repaired-desktop");
        await page.setViewportSize(phone);
        await seeAll(page, "sync-repaired-phone");
      }
      const { calls } = bed().as("dr-osei");
      expect(await calls.reconcile({ dryRun: true })).toMatchObject({ repairable: 0, manual: 0 });
      await page.reload();
      await agree.waitFor();
      expect(await page.getByText("Repaired").count()).toBe(0);
    });
  });
}

/** They are about the page, so one engine is enough. */
function testsOfPage(bed: () => Bed): void {
  for (const [device, viewport] of Object.entries({ desktop, phone })) {
    it(`can be used by everybody who sees what does not agree, on a ${device}`, async () => {
      const page = await bed().open("dr-osei", { search, viewport });
      await titled(page, "2 faults found").waitFor();
      await seeAll(page, `sync-faults-${device}`);
      await repairButton(page).click();
      await question(page).waitFor();
      await seeAll(page, `sync-repair-${device}`);
    });

    it(`shows how far it is, and moves nothing when it has come to its end, on a ${device}`, async () => {
      bed().proxy.harm(reconcile, { delayMs: 200 });
      const page = await bed().open("dr-osei", { search, viewport });
      const bar = page.getByRole("progressbar", { name: "Checking…" });
      await Promise.all([bar.waitFor(), untilBadge(page, "Live")]);
      const shifts = await watchShifts(page);
      const heard = new Set<string | null>();
      while (await bar.isVisible()) heard.add(await bar.getAttribute("value", { timeout: 1_000 }).catch(() => null));
      await titled(page, "2 faults found").waitFor();
      expect(heard.size).toBeGreaterThan(3);
      expect(await shifts()).toEqual([]);
    });
  }

  it("says that it does not know when there is no answer, and keeps apart what an earlier check found", async () => {
    bed().allow(/ERR_EMPTY_RESPONSE/);
    const page = await bed().open("dr-osei", { search });
    await titled(page, "2 faults found").waitFor();
    bed().proxy.harm(reconcile, "cut");
    await page.getByRole("button", { name: "Check again" }).click();
    await titled(page, "The check did not come to its end").waitFor();
    await page.getByText("The server did not answer. Check the connection, and try it again. Whether all").waitFor();
    await titled(page, /^What did not agree on \d/).waitFor();
    bed().proxy.heal();
    await page.getByRole("button", { name: "Check again" }).click();
    await titled(page, "What does not agree").waitFor();
  });

  it("changes nothing when the question is answered with no, and gives the focus back", async () => {
    const page = await bed().open("dr-osei", { search });
    await repairButton(page).press("Enter");
    await question(page).waitFor();
    await page.keyboard.press("Escape");
    await question(page).waitFor({ state: "detached" });
    await repairButton(page).and(page.locator(":focus")).waitFor();
    expect(await bed().as("dr-osei").calls.reconcile({ dryRun: true })).toMatchObject({ repairable: 2 });
  });

  it("is for the staff: a patient who asks for it gets their own first view", async () => {
    const page = await bed().open("ada-brandt", { search });
    await page.getByRole("link", { name: "Find a time" }).and(page.locator("[aria-current]")).waitFor();
    expect(await page.getByText("Sync check").count()).toBe(0);
  });
}

/** What the command has printed of it. */
function damaged({ clinic }: Bed) {
  const words = /The booking of (\S+) with (\S+) at (\S+) was cancelled/.exec(clinic.output());
  const [, patientId, providerId, start = ""] = words ?? [];
  const provider = providers.find(({ id }) => id === providerId);
  return {
    patient: nameOf(patients, patientId),
    provider: nameOf(providers, providerId),
    start: new Date(start),
    zone: facilities.find(({ id }) => id === provider?.facilityIds[0])?.timeZone ?? "",
  };
}

const nameOf = (people: readonly { readonly id: string; readonly name: string }[], id: string | undefined): string =>
  people.find((person) => person.id === id)?.name ?? "";

const titled = (page: Page, name: string | RegExp): Locator =>
  page.getByRole("heading", typeof name === "string" ? { name, exact: true } : { name });
const repairButton = (page: Page): Locator => page.getByRole("button", { name: /^Repair \d/ });
const question = (page: Page): Locator => page.getByRole("alertdialog", { name: "Repair 2 faults?" });

/** In light and dark: a picture to look at, and nothing that keeps people from using it. */
async function seeAll(page: Page, name: string): Promise<void> {
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    await picture(page, `${name}-${colorScheme}`);
    expect(await barriersOn(page)).toEqual([]);
  }
}
