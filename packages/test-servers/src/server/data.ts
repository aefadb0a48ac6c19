import { createHash, randomBytes } from "node:crypto";
import { constants } from "node:fs";
import { chmod, cp, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { addToCache, cacheFolder } from "../cache.ts";
import type { Administrator, EngineDefinition, Environment, Installation, RunFolder } from "../engine.ts";
import { give } from "../unprivileged.ts";

const copying = { recursive: true, mode: constants.COPYFILE_FICLONE, preserveTimestamps: true } as const;

/**
 * Fills the data folder, with a copy of an earlier initialised one if the cache has it, because initialising takes
 * seconds. The copy gets a password of its own, so that nobody else on this computer knows it.
 */
export async function prepareData(
  definition: EngineDefinition,
  installation: Installation,
  run: RunFolder,
  environment: Environment,
): Promise<Administrator> {
  if (installation.administrator !== undefined) return installation.administrator;
  const cache = cacheFolder(environment);
  const name = templateName(definition, installation);
  const password = await readFile(join(cache, name, "password"), "utf8").catch(() => undefined);
  if (password !== undefined) {
    await cp(join(cache, name, "data"), run.data, copying);
    await give(run.data, installation.account);
    return administratorWith(password);
  }
  const administrator = administratorWith(randomBytes(12).toString("hex"));
  await installation.initialise(run, administrator);
  // A cache that cannot be written to costs only time.
  await keepTemplate(cache, name, run, administrator).catch(() => undefined);
  return administrator;
}

function administratorWith(password: string): Administrator {
  return { name: "slotwright", password };
}

function templateName({ engine }: EngineDefinition, { version, recipe }: Installation): string {
  const digest = createHash("sha256").update(recipe).digest("hex").slice(0, 8);
  return `data-${engine}-${version}-${process.arch}-${digest}`;
}

async function keepTemplate(cache: string, name: string, run: RunFolder, { password }: Administrator): Promise<void> {
  await addToCache(cache, async (folder) => {
    const template = join(folder, "template");
    await mkdir(template);
    await chmod(template, 0o700);
    await cp(run.data, join(template, "data"), copying);
    await writeFile(join(template, "password"), password);
    return { name, from: template };
  });
}
