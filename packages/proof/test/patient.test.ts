import { intercepted } from "@slotwright/conformance";
import { StorageError } from "@slotwright/core/adapter";
import { memoryAdapter } from "@slotwright/core/memory";
import { expect, it } from "vitest";
import { patient } from "../src/clusters/patient.ts";

it("asks again for what may be asked again, whatever the failure, and leaves an uncertain commit to the engine", async () => {
  const failures = ["unknown", "transient", "unavailable"] as const;
  const calls = { load: 0, commit: 0 };
  const failing = intercepted(memoryAdapter(), (target) => ({
    load: async (keys, call) => {
      const failure = failures[calls.load++];
      if (failure !== undefined) throw new StorageError(failure, "The test says so.");
      return target.load(keys, call);
    },
    commit: async () => {
      calls.commit += 1;
      throw new StorageError("unknown", "The test says so.");
    },
  }));
  const observer = patient(failing);
  expect(await observer.load([{ kind: "slot", id: "none" }])).toEqual([undefined]);
  await expect(observer.commit([])).rejects.toMatchObject({ failure: "unknown" });
  expect(calls).toEqual({ load: 4, commit: 1 });
});
