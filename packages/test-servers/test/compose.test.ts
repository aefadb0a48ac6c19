import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { expect, it } from "vitest";
import { engines } from "../src/engines.ts";

it.each(Object.values(engines))("gives the Docker URL for $title", async ({ engine, urlVariable }) => {
  const text = await readFile(join(import.meta.dirname, "..", "compose.yaml"), "utf8");
  expect(text).toMatch(new RegExp(`^  ${engine}:$`, "m"));
  const url = new RegExp(`export ${urlVariable}=(\\S+)`).exec(text)?.[1] ?? "";
  expect(text).toContain(`"127.0.0.1:${new URL(url).port}:`);
});
