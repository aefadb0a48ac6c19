import { runInThisContext } from "node:vm";
import { expect, it } from "vitest";
import { mysqlAdapter } from "../../src/index.ts";

it("network errors, which belong to another realm in a vm context, are recognised by their code", async () => {
  expect(runInThisContext("Error")).not.toBe(Error);
  const storage = mysqlAdapter({ uri: "mysql://root@127.0.0.1:1/none" });
  const refused = { failure: "unavailable", message: expect.stringMatching(/127\.0\.0\.1:1\/none cannot be reached/) };
  await expect(storage.load([{ kind: "slot", id: "s" }])).rejects.toMatchObject(refused);
  await storage.close();
});
