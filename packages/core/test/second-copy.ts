import { cp, mkdtemp, rm, symlink } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll } from "vitest";

type Core = typeof import("../src/index.ts") & typeof import("../src/adapter/index.ts");

const core = join(import.meta.dirname, "..");

let copy: Promise<Core> | undefined;
let folder: string | undefined;

afterAll(async () => {
  if (folder !== undefined) await rm(folder, { recursive: true });
});

/** The core once more, as where two packages of a host each bring their own: none of its classes is the same. */
export function secondCopyOfCore(): Promise<Core> {
  copy ??= copied();
  return copy;
}

async function copied(): Promise<Core> {
  folder = await mkdtemp(join(tmpdir(), "slotwright-copy-"));
  await cp(join(core, "src"), join(folder, "src"), { recursive: true });
  await cp(join(core, "package.json"), join(folder, "package.json"));
  await symlink(join(core, "node_modules"), join(folder, "node_modules"));
  const entries = [join(folder, "src", "index.ts"), join(folder, "src", "adapter", "index.ts")];
  const [main, adapter] = await Promise.all(entries.map((entry) => import(entry)));
  return { ...main, ...adapter };
}
