import { readFileSync } from "node:fs";
import { expect, it } from "vitest";
import { frozenMigrations } from "../schema/frozen-migrations.ts";

it("each unreleased migration's text is what the catalogue and the guards generate", () => {
  for (const { file, text } of frozenMigrations) {
    expect(readFileSync(file, "utf8"), `${file}: run \`pnpm freeze\`, and review what it changes`).toBe(text);
  }
});
