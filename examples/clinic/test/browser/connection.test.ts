import type { Locator, Page } from "playwright-core";
import { describe, expect, it } from "vitest";
import { type Bed, bedOf, bothEngines } from "./bed.ts";
import { launchChromium } from "./chromium.ts";
import type { OpenOptions } from "./pages.ts";
import { streamPath } from "./proxy.ts";
import type { FreshSlot } from "./slots.ts";
import { book, choose, fillIn, notices, timeAs, timeOf, untilBadge } from "./steps.ts";

const browser = await launchChromium();
/** What a browser says of a server that is away. */
const away = /ERR_(EMPTY_RESPONSE|CONNECTION|INCOMPLETE|INTERNET_DISCONNECTED|NETWORK)/;

/** The page of somebody who has filled in the form, and has only to press the button. */
async function aboutToBook({ open }: Bed, slot: FreshSlot, options: OpenOptions = {}): Promise<Page> {
  const ada = await open("ada-brandt", { search: slot.search, ...options });
  await choose(ada, slot);
  await fillIn(ada);
  return ada;
}

/** The bookings that come by the proxy from now on. The bed is that of other tests, too. */
function bookingsFromNow({ proxy: { requests } }: Bed): () => typeof requests {
  const before = requests.length;
  return () => requests.slice(before).filter(({ what }) => /^POST .*appointments/.test(what));
}

const engines = await bothEngines();

for (const engine of engines) {
  describe.skipIf(browser === undefined)(`a page whose server goes away, on ${engine.title}`, () => {
    const bed = bedOf(engine, browser);

    it("says that it reconnects while the server is down, is live after it, and a booking of meanwhile is made once", async () => {
      bed().allow(away);
      const { clinic, freshSlot } = bed();
      const [slot, others] = [await freshSlot(), await freshSlot()];
      const ada = await aboutToBook(bed(), slot);
      await untilBadge(ada, "Live");
      await bed().as("ben-okafor").calls.book({ slotId: others.slotId, subjectId: "ben-okafor" });
      await timeAs(ada, others, "taken").waitFor();
      await clinic.kill();
      await untilBadge(ada, "Reconnecting");
      await book(ada);
      await timeAs(ada, slot, "yours").waitFor();
      await notices(ada).getByText("Your booking is not confirmed yet").waitFor();
      await clinic.restart();
      await untilBadge(ada, "Live");
      await notices(ada).getByText("Booked: ").waitFor({ timeout: 20_000 });
      expect(await bookedBy(bed(), "ada-brandt", slot.start)).toBe(1);
      expect(await bookedBy(bed(), "ben-okafor", others.start)).toBe(1);
      await timeAs(ada, others, "taken").waitFor();
    });

    it("makes one booking of a click whose answer is lost, because it is sent again with its key", async () => {
      bed().allow(away);
      const { proxy, freshSlot } = bed();
      const slot = await freshSlot();
      const ada = await aboutToBook(bed(), slot);
      proxy.harm(/^POST .*appointments/, "lose-answer");
      const sent = bookingsFromNow(bed());
      await book(ada);
      await until(async () => (await bookedBy(bed(), "ada-brandt", slot.start)) === 1);
      // The browser itself repeats a request once. The page must do so, too.
      await until(async () => sent().length > 3);
      proxy.heal();
      await notices(ada).getByText("Booked: ").waitFor();
      expect(new Set(sent().map(({ idempotencyKey }) => idempotencyKey)).size).toBe(1);
      expect(await bookedBy(bed(), "ada-brandt", slot.start)).toBe(1);
    });

    // With the same clinic, because starting one takes seconds.
    if (engine === engines.at(-1)) describe("a page and its network", () => testsOfNetwork(bed));
  });
}

/** They are about the page, so one engine is enough. */
function testsOfNetwork(bed: () => Bed): void {
  it("lets a person give up what does not get through, and says that it may have been done all the same", async () => {
    bed().allow(away);
    // The appointment is looked for, and is not there.
    bed().allow(/404/);
    const { proxy, freshSlot } = bed();
    const slot = await freshSlot();
    const ada = await aboutToBook(bed(), slot, { now: new Date() });
    proxy.harm(/^POST .*appointments/, "cut");
    await book(ada);
    const button = (name: string) => notices(ada).getByRole("button", { name });
    const [tryNow, giveUp] = [button("Try now"), button("Give up")];
    await tryNow.waitFor();
    const place = await placeOf(tryNow);
    const attempts = bookingsFromNow(bed());
    for (let clicks = 1; clicks <= 3; clicks++) {
      await tryNow.click();
      await until(async () => attempts().length >= clicks);
    }
    expect(await giveUp.count()).toBe(0);
    await ada.clock.fastForward(10_000);
    await giveUp.waitFor();
    expect(await placeOf(tryNow)).toEqual(place);
    await giveUp.click();
    await notices(ada).getByText("It is not known whether this was done.").waitFor();
    expect(await notices(ada).getByText("not confirmed yet").count()).toBe(0);
    proxy.heal();
    const sent = bookingsFromNow(bed());
    await ada.reload();
    await untilBadge(ada, "Live");
    expect(sent()).toEqual([]);
    expect(await bookedBy(bed(), "ada-brandt", slot.start)).toBe(0);
  });

  it("sets hours once where the answer is lost, says nothing else meanwhile, and publishes them then", async () => {
    bed().allow(away);
    const { proxy, open } = bed();
    const page = await open("j-lindqvist", { search: { view: "hours" } });
    const publish = page.getByRole("button", { name: "Publish", exact: true });
    await publish.and(page.locator(":enabled")).waitFor();
    const before = proxy.requests.length;
    const keys = () =>
      proxy.requests
        .slice(before)
        .flatMap(({ what, idempotencyKey = [] }) => (/^POST .*availability/.test(what) ? idempotencyKey : []));
    proxy.harm(/^POST .*availability/, "lose-answer");
    await publish.click();
    await until(async () => keys().length > 2);
    expect(await notices(page).getByText("The hours were not set.").count()).toBe(0);
    proxy.heal();
    await notices(page)
      .getByText(/^The hours are set: /)
      .waitFor();
    expect(new Set(keys()).size).toBe(1);
  });

  it("makes one booking of a click without a network, as soon as there is one", async () => {
    bed().allow(away);
    const { freshSlot } = bed();
    const slot = await freshSlot();
    const ada = await aboutToBook(bed(), slot);
    await ada.context().setOffline(true);
    const sent = bookingsFromNow(bed());
    await book(ada);
    await timeAs(ada, slot, "yours").waitFor();
    await notices(ada).getByText("You are offline.").waitFor();
    expect(await bookedBy(bed(), "ada-brandt", slot.start)).toBe(0);
    // Clicks of somebody who is not sure that the first one was noticed.
    await notices(ada).getByRole("button", { name: "Try now" }).click({ clickCount: 3 });
    await ada.context().setOffline(false);
    await notices(ada).getByText("Booked: ").waitFor();
    expect(await bookedBy(bed(), "ada-brandt", slot.start)).toBe(1);
    expect(new Set(sent().map(({ idempotencyKey }) => idempotencyKey)).size).toBe(1);
  });

  it("sends what a tab without a network has left, once it is opened again", async () => {
    bed().allow(away);
    const { open, freshSlot } = bed();
    const slot = await freshSlot();
    const ada = await aboutToBook(bed(), slot);
    await ada.context().setOffline(true);
    await book(ada);
    await timeAs(ada, slot, "yours").waitFor();
    const own = ada.context();
    await ada.close();
    await own.setOffline(false);
    const again = await open("ada-brandt", { search: { view: "appointments" }, browser: own });
    await again.getByText(`${slot.from}–${slot.to}`).first().waitFor();
    await until(async () => (await bookedBy(bed(), "ada-brandt", slot.start)) === 1);
  });

  it("asks for news every few seconds where no stream gets through, says so, and is live when one does", async () => {
    bed().allow(new RegExp(`${away.source}|503`));
    const { open, freshSlot, proxy } = bed();
    const slot = await freshSlot();
    const ada = await open("ada-brandt", { search: slot.search });
    await untilBadge(ada, "Live");
    await timeOf(ada, slot).waitFor();
    proxy.harm(streamPath, { status: 503 });
    proxy.cutStreams();
    await untilBadge(ada, "Polling");
    expect(await ada.locator(".badge").textContent()).toMatch(/\d s old/);
    await bed().as("ben-okafor").calls.book({ slotId: slot.slotId, subjectId: "ben-okafor" });
    await timeAs(ada, slot, "taken").waitFor();
    expect(await ada.locator(".badge").textContent()).toContain("Polling");
    expect(proxy.streams()).toBe(0);
    proxy.heal();
    await untilBadge(ada, "Live");
    expect(proxy.streams()).toBe(1);
  });

  it("goes on where it was when a stream is cut, without a word being lost", async () => {
    bed().allow(away);
    const { open, freshSlot, proxy } = bed();
    const slot = await freshSlot();
    const ada = await open("ada-brandt", { search: slot.search });
    await untilBadge(ada, "Live");
    await timeOf(ada, slot).waitFor();
    proxy.cutStreams();
    await bed().as("ben-okafor").calls.book({ slotId: slot.slotId, subjectId: "ben-okafor" });
    await timeAs(ada, slot, "taken").waitFor();
    await untilBadge(ada, "Live");
  });

  it("has one stream for two tabs of a browser, and another one follows it when its tab is closed", async () => {
    const { open, freshSlot, proxy } = bed();
    const [slot, later] = [await freshSlot(), await freshSlot()];
    const first = await open("ada-brandt", { search: slot.search });
    await untilBadge(first, "Live");
    const second = await open("ada-brandt", { search: slot.search, browser: first.context() });
    await untilBadge(second, "Live");
    await bed().as("ben-okafor").calls.book({ slotId: slot.slotId, subjectId: "ben-okafor" });
    await Promise.all([first, second].map((page) => timeAs(page, slot, "taken").waitFor()));
    expect(proxy.streams()).toBe(1);
    await first.close();
    await until(async () => proxy.streams() === 1);
    await bed().as("ben-okafor").calls.book({ slotId: later.slotId, subjectId: "ben-okafor" });
    await timeAs(second, later, "taken").waitFor();
    await untilBadge(second, "Live");
    expect(proxy.streams()).toBe(1);
  });
}

/** Where it stands, once it moves no longer. */
async function placeOf(button: Locator) {
  await button.click({ trial: true });
  return button.boundingBox();
}

async function bookedBy({ as }: Bed, subjectId: string, start: Date): Promise<number> {
  const { items } = await as("dr-osei").calls.listAppointments({
    subjectId,
    from: start,
    to: new Date(start.getTime() + 1),
  });
  return items.filter(({ status }) => status === "confirmed").length;
}

async function until(holds: () => Promise<boolean>): Promise<void> {
  const end = Date.now() + 10_000;
  while (!(await holds())) {
    if (Date.now() > end) throw new Error("It did not become so within ten seconds.");
    await new Promise((resolve) => setTimeout(resolve, 50));
  }
}
