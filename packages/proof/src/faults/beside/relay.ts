import { setTimeout as sleep } from "node:timers/promises";
import { createEngine, createRelay, type HandleEntry, type Relay, type StorageAdapter } from "@slotwright/core";
import type { Handover } from "./handovers.ts";
import { pollMs } from "./poll.ts";

/** All relays of a database are one relay, whose processes take turns. */
export function relayOn(storage: StorageAdapter, handle: HandleEntry): Relay {
  // The shortest lease: one that was left behind is soon over.
  return createRelay({
    engine: createEngine({ storage }),
    name: "proof",
    from: "beginning",
    leaseSeconds: 1,
    pollMs,
    handle,
  });
}

export interface RunningRelay {
  /** Why it has given up. */
  readonly failure: () => unknown;
  /** Waits for what is being handed over, and gives up the lease. */
  readonly end: () => Promise<void>;
}

/** Runs a relay in this process, which notes what it hands over. */
export function startRelay(storage: StorageAdapter, handovers: Handover[]): RunningRelay {
  const ending = new AbortController();
  let failure: unknown;
  const relay = relayOn(storage, async ({ recordKind, recordId, version }, { token }) => {
    const handover = { recordKind, recordId, version, token, isDone: false };
    handovers.push(handover);
    await sleep(handlingMs);
    handover.isDone = true;
  });
  const running = relay.run({ signal: ending.signal }).catch((error: unknown) => {
    failure = error;
  });
  return {
    failure: () => failure,
    async end() {
      ending.abort();
      await running;
    },
  };
}

/** Long enough that a fault finds some entries in the midst of it. */
const handlingMs = 2;
