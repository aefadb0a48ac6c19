import { describe, expect, it } from "vitest";
import { bedOf, engineOn } from "./bed.ts";
import { launchChromium } from "./chromium.ts";
import { expectNoneHasRun, script } from "./script.ts";
import { choose, timeAs, timeOf, untilBadge } from "./steps.ts";
import { motionsOn, watchShifts } from "./watching.ts";

const browser = await launchChromium();
const engine = await engineOn("mariadb");
const ended = /ERR_(EMPTY_RESPONSE|CONNECTION|INCOMPLETE)|409/;

/** They are about the page, so one engine is enough. */
describe.skipIf(browser === undefined)(`a page that is cared for, on ${engine.title}`, () => {
  const bed = bedOf(engine, browser);

  it("runs no script that a page of today could be made to hold: its policy forbids it, and says so", async () => {
    bed().allow(/content security policy|Content Security Policy|404/);
    const page = await bed().open("ada-brandt");
    await page.evaluate(`{
      const image = document.createElement("div");
      image.innerHTML = ${JSON.stringify(script)};
      document.body.append(image);
      const script = document.createElement("script");
      script.textContent = "window.hasRun = 2";
      document.body.append(script);
    }`);
    await page.waitForTimeout(300);
    await expectNoneHasRun(page);
  });

  it("moves nothing that is read while news comes in", async () => {
    const { open, as, freshSlot } = bed();
    const slots = [await freshSlot(), await freshSlot(), await freshSlot(), await freshSlot()];
    const [first, second, third, fourth] = slots as [Fresh, Fresh, Fresh, Fresh];
    const searches = [{}, { view: "appointments" }].map((search) => ({ search: { ...first.search, ...search } }));
    const patients = await Promise.all(searches.map((search) => open("ada-brandt", search)));
    const staff = await open("dr-osei", { search: { ...first.search, view: "calendar", span: "week" } });
    const pages = [...patients, staff];
    await timeOf(pages[0] as Shown, fourth).waitFor();
    await staff.locator(`[data-slot-id="${fourth.slotId}"]`).waitFor();
    await Promise.all(pages.map((page) => untilBadge(page, "Live")));
    const shifts = await Promise.all(pages.map(watchShifts));
    const { calls } = as("ben-okafor");
    await calls.book({ slotId: first.slotId, subjectId: "ben-okafor" });
    const { appointment } = await calls.book({ slotId: second.slotId, subjectId: "ben-okafor" });
    await calls.cancel({ appointmentId: appointment.id });
    await calls.hold({ slotId: third.slotId });
    await as("dr-osei").calls.block({ slotId: fourth.slotId });
    await timeAs(pages[0] as Shown, fourth, "taken").waitFor();
    await staff.locator(`[data-slot-id="${fourth.slotId}"][data-status="blocked"]`).waitFor();
    expect(await Promise.all(shifts.map((told) => told()))).toEqual([[], [], []]);
  });

  it("moves nothing when the connection goes and comes back", async () => {
    bed().allow(ended);
    const { open, proxy, freshSlot } = bed();
    const slot = await freshSlot();
    const page = await open("ada-brandt", { search: slot.search });
    await timeOf(page, slot).waitFor();
    await untilBadge(page, "Live");
    const shifts = await watchShifts(page);
    proxy.harm(/^GET .*changes/, "cut");
    proxy.cutStreams();
    await untilBadge(page, "Reconnecting");
    proxy.heal();
    await untilBadge(page, "Live");
    expect(await shifts()).toEqual([]);
  });

  it("lets nothing move about for those who have asked for less motion", async () => {
    bed().allow(ended);
    const { open, proxy, freshSlot } = bed();
    const slot = await freshSlot();
    const page = await open("ada-brandt", { search: slot.search, reducedMotion: "reduce" });
    await choose(page, slot);
    proxy.harm(/^GET .*changes/, "cut");
    proxy.cutStreams();
    await untilBadge(page, "Reconnecting");
    expect(await motionsOn(page)).toEqual([]);
  });
});

type Fresh = Awaited<ReturnType<ReturnType<ReturnType<typeof bedOf>>["freshSlot"]>>;
type Shown = Awaited<ReturnType<ReturnType<ReturnType<typeof bedOf>>["open"]>>;
