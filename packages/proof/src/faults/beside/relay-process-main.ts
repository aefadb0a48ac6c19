import { once } from "node:events";
import { appendFileSync } from "node:fs";
import { setTimeout as sleep } from "node:timers/promises";
import type { HandleEntry, StorageAdapter } from "@slotwright/core";
import { loadEngine } from "@slotwright/lab/engines";
import { relayMutants } from "../../mutants/relay-mutants.ts";
import { relayOn } from "./relay.ts";
import type { RelayLine, RelaySetup } from "./relay-messages.ts";

// A process with a relay, which is killed while it hands over an entry.

function noting({ log, hangsAt }: RelaySetup): HandleEntry {
  // Written at once, so that what a killed process has handed over is known.
  const write = (line: RelayLine) => appendFileSync(log, `${JSON.stringify(line)}\n`);
  let count = 0;
  return async ({ recordKind, recordId, version }, { token }) => {
    count += 1;
    const hangs = count === hangsAt;
    write({ event: "given", recordKind, recordId, version, token });
    if (hangs) await new Promise(() => {});
    write({ event: "answered", recordKind, recordId, version, token });
  };
}

async function open({ engine, address, mutant }: RelaySetup): Promise<StorageAdapter<never>> {
  const { openStorage } = await loadEngine(engine);
  const storage = openStorage(address);
  const flaw = relayMutants.find(({ key }) => key === mutant);
  if (mutant !== undefined && flaw === undefined) throw new Error(`There is no mutant "${mutant}".`);
  return flaw === undefined ? storage : flaw.breakIt(storage);
}

process.send?.("started");
const [setup] = (await once(process, "message")) as [RelaySetup];
const storage = await open(setup);
const relay = relayOn(storage, noting(setup));
const ending = new AbortController();
process.on("disconnect", () => ending.abort());
const running = relay.run({ signal: ending.signal });
while ((await relay.status()).token === 0) await sleep(5);
process.send?.("ready");
await running;
await storage.close();
