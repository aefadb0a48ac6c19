import { patient, provider, publish } from "@slotwright/conformance/fixtures";
import { describe, expect, it } from "vitest";
import type { JournalsQuery } from "../src/adapter/index.ts";
import { createEngine, type Slot, type StorageAdapter } from "../src/index.ts";
import { createMemoryDatabase, memoryAdapter } from "../src/memory/index.ts";

/** An engine on a storage that answers in a later turn of the event loop, and what it asked of journals. */
async function stage(count: number, batchSize = 32) {
  const memory = memoryAdapter({ database: createMemoryDatabase() });
  const asked: JournalsQuery[] = [];
  const storage: StorageAdapter = {
    ...memory,
    async readJournals(query) {
      asked.push(query);
      await new Promise((done) => setTimeout(done, 1));
      return memory.readJournals(query);
    },
  };
  const slots = await publish(createEngine({ storage: memory }), count);
  return { slots, asked, engine: createEngine({ storage, coalesce: { batchSize } }) };
}

const recordIn = ({ items }: { readonly items: readonly { readonly recordId: string }[] }) => items[0]?.recordId;
const sizes = (asked: readonly JournalsQuery[]) => asked.map(({ pages }) => pages.length);

describe("histories of the same moment", () => {
  it("are read together, but for the first, and each caller has the history that was asked for", async () => {
    const { engine, slots, asked } = await stage(64);
    const read = await Promise.all(slots.map(({ id }) => engine.history({ slotId: id })));
    expect(read.map(recordIn)).toEqual(slots.map(({ id }) => id));
    expect(sizes(asked)).toEqual([1, 32, 31]);
  });

  it("are never more than a read takes, however large batches may be", async () => {
    const { engine, slots, asked } = await stage(70, 500);
    await Promise.all(slots.map(({ id }) => engine.history({ slotId: id })));
    expect(sizes(asked)).toEqual([1, 32, 32, 5]);
  });

  it("are read once for all who want the same one, and each gets entries of its own", async () => {
    const { engine, slots, asked } = await stage(1);
    const [slot] = slots as [Slot];
    const read = () => engine.history({ slotId: slot.id });
    const [, one, other] = await Promise.all([read(), read(), read()]);
    expect(sizes(asked)).toEqual([1, 1]);
    expect(one).toEqual(other);
    expect(one.items[0]).not.toBe(other.items[0]);
    expect(one.items[0]?.at).not.toBe(other.items[0]?.at);
  });

  it("keep their own order, limit and place in the list, whatever others ask of the same record", async () => {
    const { engine, slots, asked } = await stage(2);
    const [slot, second] = slots as [Slot, Slot];
    await engine.block({ actor: provider, slotId: slot.id });
    await engine.unblock({ actor: provider, slotId: slot.id });
    const versions = async (input: object) =>
      (await engine.history({ slotId: slot.id, ...input })).items.map(({ version }) => version);
    const { nextCursor } = await engine.history({ slotId: slot.id, limit: 1 });
    asked.length = 0;
    const all = await Promise.all([
      versions({}),
      versions({ newestFirst: true }),
      versions({ limit: 1 }),
      versions({ limit: 1, cursor: nextCursor }),
      versions({ newestFirst: true, limit: 2 }),
      engine.history({ slotId: second.id, newestFirst: true }).then(recordIn),
    ]);
    expect(all).toEqual([[1, 2, 3], [3, 2, 1], [1], [2], [3, 2], second.id]);
    expect(sizes(asked).sort()).toEqual([1, 1, 1, 1, 2]);
  });

  it("fail for the one whose page cannot be read, and for nobody else", async () => {
    const { engine, slots } = await stage(8);
    const [first, ...others] = slots;
    await engine.book({ actor: patient, slotId: first?.id ?? "", subjectId: "p-1" });
    const read = await Promise.allSettled([
      engine.history({ slotId: first?.id ?? "", cursor: "no cursor" }),
      ...others.map(({ id }) => engine.history({ slotId: id })),
    ]);
    expect(read.map(({ status }) => status)).toEqual(["rejected", ...others.map(() => "fulfilled")]);
  });
});
