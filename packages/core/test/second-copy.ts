import { cp, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { onTestFinished } from "vitest";

const core = join(import.meta.dirname, "..");

/** The core once more, as where two packages of a host each bring their own: none of its classes is the same. */
export async function secondCopyOfCore(): Promise<typeof import("../src/index.ts")> {
  const folder = await mkdtemp(join(tmpdir(), "slotwright-copy-"));
  onTestFinished(() => rm(folder, { recursive: true }));
  await cp(join(core, "src"), join(folder, "src"), { recursive: true });
  await cp(join(core, "package.json"), join(folder, "package.json"));
  await symlink(join(core, "node_modules"), join(folder, "node_modules"));
  return import(join(folder, "src", "index.ts"));
}
