import { describe, expect, it } from "vitest";
import { createAgendaTurns } from "../src/engine/sight/agenda-turns.ts";

const soon = () => performance.now() + 1_000;

describe("turns for agendas", () => {
  it("are taken one at a time, in the order in which callers came", async () => {
    const turns = createAgendaTurns();
    const log: string[] = [];
    const caller = async (name: string) => {
      const release = await turns.take(["provider:a"], soon());
      log.push(`${name} begins`);
      await new Promise((resolve) => setTimeout(resolve, 2));
      log.push(`${name} ends`);
      release();
    };
    await Promise.all(["1", "2", "3"].map(caller));
    expect(log).toEqual(["1", "2", "3"].flatMap((name) => [`${name} begins`, `${name} ends`]));
  });

  it("of several agendas are taken in one order, so that nobody waits for ever", async () => {
    const turns = createAgendaTurns();
    const both = ["provider:a", "subject:b"];
    const callers = Array.from({ length: 20 }, async (_, index) => {
      const release = await turns.take(index % 2 === 0 ? both : both.toReversed(), soon());
      await new Promise((resolve) => setTimeout(resolve, 1));
      release();
    });
    await Promise.all(callers);
  });

  it("end for who waits too long, whose turn goes to the next", async () => {
    const turns = createAgendaTurns();
    const release = await turns.take(["provider:a"], soon());
    const impatient = turns.take(["provider:a", "provider:b"], performance.now() + 5);
    const patient = turns.take(["provider:a"], soon());
    await expect(impatient).rejects.toThrow("Others of this process wanted the same");
    release();
    (await patient)();
    (await turns.take(["provider:a", "provider:b"], soon()))();
  });
});
