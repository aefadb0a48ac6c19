/** A process with writers: its arguments say where they write, and any message stops them. */
import { setTimeout as pause } from "node:timers/promises";
import { sampleSchedule, slotAt, transitionOf } from "@slotwright/conformance";
import type { Slot, StorageAdapter } from "@slotwright/core";
import { isStorageError, type Transition } from "@slotwright/core/adapter";
import { type EngineName, loadEngine } from "@slotwright/lab/engines";

const [engine, address, name, writers] = process.argv.slice(2) as [EngineName, string, string, string];
const { openStorage } = await loadEngine(engine);
const storage = openStorage(address);
let isStopped = false;
process.on("message", () => {
  isStopped = true;
});

/** New slots, and changes of old ones, in one transition each. */
const transitionsAtOnce = 20;

async function write(writer: string): Promise<void> {
  const schedule = { ...sampleSchedule, id: `schedule of ${writer}`, providerId: `provider ${writer}` };
  await storage.commit([transitionOf(`begin ${writer}`, schedule)]);
  const known: Slot[] = [];
  let made = 0;
  let commands = 0;
  const next = (): readonly Transition[] => {
    const changed = new Set(Array.from({ length: 10 }, () => Math.floor(Math.random() * known.length)));
    const old = [...changed]
      .flatMap((index) => known[index] ?? [])
      .map((slot) => ({ ...slot, version: slot.version + 1 }));
    const fresh = Array.from({ length: transitionsAtOnce - old.length }, () => {
      made += 1;
      return slotAt(made * 30, { id: `${writer} ${made}`, scheduleId: schedule.id, providerId: schedule.providerId });
    });
    return [...old, ...fresh].map((slot) => transitionOf(`${writer} ${commands++}`, slot));
  };
  const note = (transitions: readonly Transition[]) => {
    for (const slot of transitions.flatMap(({ put }) => put as readonly Slot[])) {
      const at = slot.version === 1 ? -1 : known.findIndex(({ id }) => id === slot.id);
      if (at < 0) known.push(slot);
      else known[at] = slot;
    }
    if (known.length > 500) known.splice(0, known.length - 500);
  };
  while (!isStopped) {
    const dice = Math.random();
    const transitions = next();
    try {
      if (dice < 0.8) {
        await storage.commit(transitions);
        note(transitions);
      } else if (await inTransaction(transitions, dice < 0.97 ? 20 : 400)) note(transitions);
    } catch (error) {
      if (!isStorageError(error)) throw error;
      // What is known of the slots may be wrong from here on.
      known.length = 0;
      await pause(5);
    }
  }
}

/** Stays open for a while, and is then committed, or rolled back. */
async function inTransaction(transitions: readonly Transition[], mostMs: number): Promise<boolean> {
  const open = await storage.begin();
  const inside: StorageAdapter<never> = storage.within(open.transaction as never);
  const isKept = Math.random() < 0.6;
  try {
    await inside.commit(transitions.slice(0, 10));
    await pause(Math.random() * mostMs);
    await inside.commit(transitions.slice(10));
  } catch (error) {
    await open.rollback(error).catch(() => {});
    throw error;
  }
  await (isKept ? open.commit() : open.rollback());
  return isKept;
}

await Promise.all(Array.from({ length: Number(writers) }, (_, index) => write(`${name}.${index}`)));
await storage.close();
process.disconnect?.();
