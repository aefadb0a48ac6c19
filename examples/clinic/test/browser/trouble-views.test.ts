import { describe, it } from "vitest";
import { bedOf, engineOn } from "./bed.ts";
import { launchChromium } from "./chromium.ts";
import { devices, lookAt } from "./look-at.ts";
import { troubleViews } from "./trouble-views.ts";

const browser = await launchChromium();
const engine = await engineOn("postgres");

/** Each is written to `screenshots/`, to be looked at. */
describe.skipIf(browser === undefined)(`a page with news that are not good, on ${engine.title}`, () => {
  const bed = bedOf(engine, browser);

  for (const { name, reach, shows, allowed } of troubleViews) {
    it(`can be used by everybody, in light and dark: ${name} on a desktop and on a phone`, async () => {
      if (allowed !== undefined) bed().allow(allowed);
      const page = await reach(bed());
      for (const { device, viewport } of devices) {
        await page.setViewportSize(viewport);
        await shows?.(page).scrollIntoViewIfNeeded();
        await lookAt(page, name, device);
      }
    });
  }
});
