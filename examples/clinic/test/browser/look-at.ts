import type { Page } from "playwright-core";
import { expect } from "vitest";
import { desktop, phone, picture } from "./pages.ts";
import { barriersOn } from "./watching.ts";

/** What every view is looked at on. */
export const devices = [
  { device: "desktop", viewport: desktop },
  { device: "phone", viewport: phone, hasTouch: true },
];

/** Writes what is seen, and fails if somebody could not use it. */
export async function lookAt(page: Page, name: string, device: string): Promise<void> {
  for (const colorScheme of ["light", "dark"] as const) {
    await page.emulateMedia({ colorScheme });
    await picture(page, `${name}-${device}-${colorScheme}`);
    if (colorScheme === "light") expect(await barriersOn(page)).toEqual([]);
    // All else is the same in the dark, and the colours are on all devices.
    else if (device === "desktop") expect(await barriersOn(page, ["color-contrast"])).toEqual([]);
  }
  const width = page.viewportSize()?.width ?? 0;
  expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(width);
}
