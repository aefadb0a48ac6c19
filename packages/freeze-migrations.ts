import { existsSync, readdirSync, writeFileSync } from "node:fs";
import { join } from "node:path";

interface FrozenMigrations {
  readonly frozenMigrations: readonly { readonly file: URL; readonly text: string }[];
}

/** Writes the text of the migrations that were not released yet. Released ones are left out of these lists. */
for (const folder of readdirSync(import.meta.dirname)) {
  const module = join(import.meta.dirname, folder, "schema", "frozen-migrations.ts");
  if (!existsSync(module)) continue;
  const { frozenMigrations } = (await import(module)) as FrozenMigrations;
  for (const { file, text } of frozenMigrations) writeFileSync(file, text);
}
