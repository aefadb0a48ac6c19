import { describe, expect, it } from "vitest";
import { createWaitingLine } from "../src/engine/waiting-line.ts";

const late = () => new Error("late");
const soon = () => performance.now() + 30;
const laterOn = () => performance.now() + 60_000;

describe("a waiting line", () => {
  it("wakes as many as it is asked to, the first to come first", async () => {
    const line = createWaitingLine(late);
    const woken: number[] = [];
    const waits = [0, 1, 2].map((number) => line.wait(laterOn()).then(() => woken.push(number)));
    line.wake(2);
    await Promise.all(waits.slice(0, 2));
    expect(woken).toEqual([0, 1]);
    line.wake(Number.POSITIVE_INFINITY);
    await Promise.all(waits);
    expect(woken).toEqual([0, 1, 2]);
  });

  it("sends away those whose time is over, also where others came before them, and keeps the others", async () => {
    const line = createWaitingLine(late);
    const patient = line.wait(laterOn());
    const hasty = line.wait(soon());
    const nextHasty = line.wait(soon() + 30);
    await expect(hasty).rejects.toThrow("late");
    await expect(nextHasty).rejects.toThrow("late");
    line.wake(1);
    await expect(patient).resolves.toBeUndefined();
  });

  it("does not wake one who gave up in the place of another", async () => {
    const line = createWaitingLine(late);
    await expect(line.wait(soon())).rejects.toThrow("late");
    const patient = line.wait(laterOn());
    line.wake(1);
    await expect(patient).resolves.toBeUndefined();
  });

  it("sends away one who comes after all others were woken", async () => {
    const line = createWaitingLine(late);
    const first = line.wait(soon());
    line.wake(1);
    await first;
    await expect(line.wait(soon())).rejects.toThrow("late");
  });
});
