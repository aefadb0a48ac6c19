import { beforeAll, describe, expect, it } from "vitest";
import { heapGrowth, type MemoryRunOptions, type MemorySample, watchMemory } from "../scale/memory/memory.ts";

const commands = 8_000;
/** An id that is kept for each command takes a hundred. */
const fewBytes = 30;

/** It remembers so many slots that all of them are there within the first fifth. */
const remember = { slots: 500 };

const watch = (commands: number, engine: MemoryRunOptions["engine"] = {}) =>
  watchMemory({ commands, samples: 20, signal: new AbortController().signal, engine: { remember, ...engine } });

describe("the memory of a process that uses the library", () => {
  // While code is compiled, the heap grows by as much as a leak would make it. Far more commands would hide that, too.
  beforeAll(() => watch(commands), 120_000);

  // Other files of the same process have left work to its collector and compiler. What leaks grows each time.
  it("stays flat over many commands of all kinds", { timeout: 120_000, retry: 2 }, async () => {
    const { samples, counts } = await watch(commands);
    expect(samples.at(-1)?.commands).toBeGreaterThanOrEqual(commands);
    for (const count of Object.values(counts)) expect(count).toBeGreaterThan(commands / 100);
    expect(heapGrowth(samples), JSON.stringify(samples)).toBeLessThan(fewBytes);
  });

  it("would be seen to grow if one id of each command were kept", { timeout: 120_000 }, async () => {
    const kept: string[] = [];
    const newId = () => {
      const id = crypto.randomUUID();
      kept.push(Buffer.from(id).toString());
      return id;
    };
    const fewer = commands / 2;
    const { samples } = await watch(fewer, { newId });
    expect(kept.length).toBeGreaterThan(fewer / 2);
    expect(heapGrowth(samples), JSON.stringify(samples)).toBeGreaterThan(fewBytes);
  });
});

describe("the growth of the heap", () => {
  const sample = (commands: number, heapUsed: number): MemorySample => ({ commands, heapUsed, rss: 0 });

  it("is reported in bytes per command, whatever the first fifth did", () => {
    const steady = [20, 40, 60, 80, 100].map((commands) => sample(commands, 1_000_000 + commands * 24));
    expect(heapGrowth([sample(0, 5), sample(10, 9_000_000), ...steady])).toBeCloseTo(24);
  });
});
