import type { Locator, Page } from "playwright-core";
import type { FreshSlot } from "./slots.ts";

/** A time in the patient's list, whatever its state. */
export const timeOf = (page: Page, slot: FreshSlot): Locator => timeAs(page, slot, "");

/** The same time while this is its state, such as `taken`. */
export const timeAs = (page: Page, { from, to }: FreshSlot, state: string): Locator =>
  page.getByRole("button", { name: new RegExp(`^${from} ?–${to}.* ${state}`) });

/** Waits until the badge says so. */
export async function untilBadge(page: Page, state: "Live" | "Polling" | "Reconnecting"): Promise<void> {
  await page.locator(".badge", { hasText: state }).waitFor({ timeout: 20_000 });
}

/** Chooses a time, and waits until it is kept. */
export async function choose(page: Page, slot: FreshSlot): Promise<void> {
  await timeOf(page, slot).click();
  await page.getByText("Kept for you for").waitFor();
}

/** Fills in the form of the dialog, without sending it. */
export async function fillIn(page: Page, purpose: string = "Cough"): Promise<void> {
  await page.getByLabel("What is it about?").fill(purpose);
}

export const book = (page: Page): Promise<void> => page.getByRole("button", { name: "Book", exact: true }).click();

/** The place where the page tells what became of commands. */
export const notices = (page: Page): Locator => page.getByRole("region", { name: "Notices" });

/** What a voice says of a slot of the calendar. */
export const sentenceOf = (slot: Locator): Promise<string | null> => slot.locator(".visually-hidden").textContent();
