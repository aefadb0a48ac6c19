import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

/** A path in a new folder that is removed when the test ends. */
export function freshFile(name = "bookings.sqlite"): string {
  const folder = mkdtempSync(join(tmpdir(), "slotwright-"));
  onTestFinished(() => rmSync(folder, { recursive: true, force: true }));
  return join(folder, name);
}
