import { setTimeout as pause } from "node:timers/promises";
import { publish } from "@slotwright/conformance/fixtures";
import { createEngine, createRelay, type JournalEntry } from "@slotwright/core";
import { memoryAdapter } from "@slotwright/core/memory";
import { expect, it, vi } from "vitest";

it("a lease that is over before it is stored is taken again, without a warning of the runtime", async () => {
  const storage = memoryAdapter();
  let isFirst = true;
  const late = {
    ...storage,
    async storeRelay(...given: Parameters<typeof storage.storeRelay>) {
      if (isFirst) await pause(1_100);
      isFirst = false;
      return storage.storeRelay(...given);
    },
  };
  const engine = createEngine({ storage: late });
  await publish(engine);
  const warnings: string[] = [];
  const note = ({ name }: Error) => void warnings.push(name);
  process.on("warning", note);
  const handed: JournalEntry[] = [];
  const ending = new AbortController();
  const handle = async (entry: JournalEntry) => void handed.push(entry);
  const relay = createRelay({ engine, name: "mail", from: "beginning", leaseSeconds: 1, pollMs: 20, handle });
  const running = relay.run({ signal: ending.signal });
  await vi.waitFor(() => expect(handed).toHaveLength(1), 10_000);
  ending.abort();
  await running;
  process.off("warning", note);
  expect(warnings).toEqual([]);
});
