import { afterEach, describe, expect, it, vi } from "vitest";
import { launchBrowser } from "./chromium.ts";

const nowhere = [() => Promise.reject(new Error("none was found\nand more"))];

describe("a browser for tests", () => {
  afterEach(() => void vi.restoreAllMocks());

  it("starts without anybody's doing, and draws letters", async () => {
    const browser = await launchBrowser();
    if (browser === undefined) return;
    const page = await browser.newPage();
    await page.setContent("<span id=narrow>iiii</span> <span id=wide>MMMM</span>");
    const [narrow, wide] = await Promise.all(["#narrow", "#wide"].map((id) => page.locator(id).boundingBox()));
    await browser.close();
    expect(narrow?.width).toBeGreaterThan(5);
    expect(wide?.width).toBeGreaterThan((narrow?.width ?? 0) * 2);
  });

  it("is skipped with a line on stderr where none can be had", async () => {
    const written = vi.spyOn(process.stderr, "write").mockReturnValue(true);
    expect(await launchBrowser({}, nowhere)).toBeUndefined();
    expect(written.mock.calls.join()).toContain("Chromium is SKIPPED: none was found. Install one");
  });

  it("is a failure where none can be had and CI=true", async () => {
    await expect(launchBrowser({ CI: "true" }, nowhere)).rejects.toThrow("Chromium is missing: none was found.");
  });

  it("is the one that SLOTWRIGHT_CHROMIUM names, and no other", async () => {
    const named = { SLOTWRIGHT_CHROMIUM: "/nowhere/chromium" };
    await expect(launchBrowser(named)).rejects.toThrow("/nowhere/chromium");
  });
});
