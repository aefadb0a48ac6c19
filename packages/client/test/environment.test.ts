import { expect, test } from "vitest";
import { systemEnvironment } from "../src/environment.ts";

test("a timer of many years does not fire at once", async () => {
  let fired = 0;
  const cancel = systemEnvironment.setTimer(() => {
    fired += 1;
  }, 2 ** 40);
  await new Promise((resolve) => setTimeout(resolve, 30));
  cancel();
  expect(fired).toBe(0);
});
