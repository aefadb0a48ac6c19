import { describe, expect, it } from "vitest";
import { bedOf, engineOn } from "./bed.ts";
import { launchChromium } from "./chromium.ts";
import { desktop, phone, picture } from "./pages.ts";
import { shownAt, views } from "./views.ts";
import { barriersOn } from "./watching.ts";

const browser = await launchChromium();
const engine = await engineOn("postgres");
const devices = [
  { device: "desktop", viewport: desktop },
  { device: "phone", viewport: phone, hasTouch: true },
];

/** Each is written to `screenshots/`, to be looked at. */
describe.skipIf(browser === undefined)(`the page, on ${engine.title}`, () => {
  const bed = bedOf(engine, browser);

  for (const { device, ...options } of devices) {
    for (const { name, person, search = {}, reach } of views) {
      it(`can be used by everybody, in light and dark: ${name} on a ${device}`, async () => {
        const page = await bed().open(person, { ...options, search, now: shownAt });
        await reach(page);
        for (const colorScheme of ["light", "dark"] as const) {
          await page.emulateMedia({ colorScheme });
          await picture(page, `${name}-${device}-${colorScheme}`);
          if (colorScheme === "light") expect(await barriersOn(page)).toEqual([]);
          // All else is the same in the dark, and the colours are on all devices.
          else if (device === "desktop") expect(await barriersOn(page, ["color-contrast"])).toEqual([]);
        }
        expect(await page.evaluate("document.documentElement.scrollWidth")).toBeLessThanOrEqual(options.viewport.width);
      });
    }
  }
});
