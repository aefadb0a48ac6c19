import { describe, expect, it } from "vitest";
import { bedOf, bothEngines } from "./bed.ts";
import { launchChromium } from "./chromium.ts";

const browser = await launchChromium();
for (const engine of await bothEngines()) {
  describe.skipIf(browser === undefined)(`on ${engine.title}`, () => {
    const bed = bedOf(engine, browser);
    it("opens", async () => {
      const page = await bed().open("dr-osei");
      await page.getByRole("heading", { level: 1 }).waitFor();
      expect(bed().clinic.output()).toContain("open");
      await bed().clinic.kill();
      await bed().clinic.restart();
    });
  });
}
