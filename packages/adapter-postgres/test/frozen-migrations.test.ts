import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { frozenMigrations } from "../schema/frozen-migrations.ts";

it("the text of each migration that was not released yet is what the catalogue and the guards make of it", () => {
  for (const { file, text } of frozenMigrations) {
    expect(readFileSync(file, "utf8"), `${file}: run \`pnpm freeze\`, and review what it changes`).toBe(text);
  }
});
