import { describe, it } from "vitest";
import { bedOf, engineOn } from "./bed.ts";
import { launchChromium } from "./chromium.ts";
import { devices, lookAt } from "./look-at.ts";
import { shownAt, views } from "./views.ts";

const browser = await launchChromium();
const engine = await engineOn("postgres");

/** Each is written to `screenshots/`, to be looked at. */
describe.skipIf(browser === undefined)(`the page, on ${engine.title}`, () => {
  const bed = bedOf(engine, browser);

  for (const { device, ...options } of devices) {
    for (const { name, person, search = {}, reach } of views) {
      it(`can be used by everybody, in light and dark: ${name} on a ${device}`, async () => {
        const page = await bed().open(person, { ...options, search, now: shownAt });
        await reach(page);
        await lookAt(page, name, device);
      });
    }
  }
});
