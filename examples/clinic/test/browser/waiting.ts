import type { Locator, Page } from "playwright-core";
import type { Bed } from "./bed.ts";
import type { FreshSlot } from "./slots.ts";

/** The view of a patient. */
export const appointmentsOf = { search: { view: "appointments" } };
/** The day of a slot, with the waiting list beside it. */
export const calendarOf = ({ search }: FreshSlot) => ({ search: { ...search, view: "calendar", span: "day" } });
/** The card of somebody who waits. */
export const cardOf = (page: Page, id: string): Locator => page.locator(`[aria-labelledby="waiting-${id}"]`);
export const handleOf = (page: Page, id: string): Locator => cardOf(page, id).getByRole("button", { name: /^Drag / });
export const cellOf = (page: Page, { slotId }: FreshSlot): Locator => page.locator(`[data-slot-id="${slotId}"]`);

/** A patient who waits for a time that was not free when they asked, and is now. */
export async function slotWithPatient(bed: Bed, subjectId: string): Promise<readonly [FreshSlot, string]> {
  const slot = await bed.freshSlot();
  return [slot, await ask(bed, slot, subjectId)];
}

/** Asks while the slot is closed, so that nothing is found. */
export async function ask({ as }: Bed, { slotId, start, end, search }: FreshSlot, subjectId: string): Promise<string> {
  const { calls } = as("dr-osei");
  await calls.block({ slotId });
  const { provider: providerId = "", facility: facilityId = "" } = search;
  const wanted = { providerId, facilityId, start, end, subjectId, ifNoSlot: "schedule" } as const;
  const { appointment } = await as(subjectId).calls.book(wanted);
  await calls.unblock({ slotId });
  return appointment.id;
}
