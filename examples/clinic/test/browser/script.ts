import type { Page } from "playwright-core";
import { expect } from "vitest";

/** Each would run if it became part of the document. */
export const script = `<img src=x onerror="window.hasRun=1"><script>window.hasRun=1</script>`;

export async function expectNoneHasRun(...pages: readonly Page[]): Promise<void> {
  for (const page of pages) expect(await page.evaluate("window.hasRun")).toBeUndefined();
}
