import { setTimeout as wait } from "node:timers/promises";
import { describe, expect, it } from "vitest";
import { type Servers, serversInTurn, takesNoWrites } from "../src/servers.ts";

const silence = new Error("silent");

/** Servers that answer as they are told to, or not before `settle` is called. */
function three(now: () => number, more: Partial<Servers<string>> = {}) {
  const answers = new Map<number, () => Promise<string>>();
  const tried: number[] = [];
  const late: string[] = [];
  const lend = (place: number) => {
    tried.push(place);
    return answers.get(place)?.() ?? Promise.reject(silence);
  };
  const servers: Servers<string> = {
    databaseName: "db",
    count: 3,
    lend,
    isOfPool: () => false,
    isSilence: (error) => error === silence,
    giveBack: (session) => late.push(session),
    advice: "promote a standby",
    ...more,
  };
  return { answers, tried, late, inTurn: serversInTurn(servers, now) };
}

const unavailable = { failure: "unavailable", cause: silence };

describe("servers in turn", () => {
  it("are each waited for once, and a call just after that asks only one of them", async () => {
    let now = 0;
    const { inTurn, tried } = three(() => now);
    await expect(inTurn.lend()).rejects.toMatchObject(unavailable);
    expect(tried.splice(0)).toEqual([0, 1, 2]);
    now = 1_999;
    await expect(inTurn.lend()).rejects.toMatchObject(unavailable);
    expect(tried.splice(0)).toEqual([0]);
    now = 4_000;
    await expect(inTurn.lend()).rejects.toMatchObject(unavailable);
    expect(tried).toHaveLength(3);
  });

  it("are used at once when they answer, whatever was known of all", async () => {
    const { inTurn, answers } = three(() => 0);
    await expect(inTurn.lend()).rejects.toMatchObject(unavailable);
    answers.set(0, async () => "first");
    expect(await inTurn.lend()).toBe("first");
    expect(inTurn.place()).toBe(0);
  });

  it("are heard again: one that answered is waited for like one that was never silent", async () => {
    const { inTurn, answers, tried } = three(() => 0);
    await expect(inTurn.lend()).rejects.toMatchObject(unavailable);
    answers.set(0, () => Promise.reject(new Error("refused")));
    await expect(inTurn.lend()).rejects.toThrow("refused");
    answers.set(0, async () => "first");
    tried.splice(0);
    expect(await inTurn.lend()).toBe("first");
    expect(tried).toEqual([0]);
  });

  it("keep a call transient while one of them answers, which takes no writes", async () => {
    const { inTurn, answers } = three(() => 0);
    answers.set(1, () => Promise.reject(takesNoWrites()));
    const busy = { failure: "transient", message: expect.stringMatching(/takes writes/) };
    for (const _ of [1, 2, 3]) await expect(inTurn.lend()).rejects.toMatchObject(busy);
  });

  it("are given up by a call that waits in the pool's queue while others find each of them silent", async () => {
    let serve: (session: string) => void = () => {};
    let now = 0;
    const { inTurn, answers, late } = three(() => now);
    answers.set(0, () => new Promise((resolve) => (serve = resolve)));
    const queued = inTurn.lend().catch((error: unknown) => error);
    answers.delete(0);
    now = 2_000;
    await expect(inTurn.lend()).rejects.toMatchObject(unavailable);
    expect(await queued).toMatchObject(unavailable);
    serve("late");
    await wait(0);
    expect(late).toEqual(["late"]);
  });

  it("are not given up by a call that has just begun: others may have asked before the servers were back", async () => {
    let serve: (session: string) => void = () => {};
    const { inTurn, answers } = three(() => 0);
    answers.set(0, () => new Promise((resolve) => (serve = resolve)));
    const queued = inTurn.lend();
    answers.delete(0);
    await expect(inTurn.lend()).rejects.toMatchObject(unavailable);
    serve("first");
    expect(await queued).toBe("first");
  });

  it("are left by a call that waits in the queue of a silent one, which has no session", async () => {
    let now = 0;
    const { inTurn, answers } = three(() => now, { isInVain: (place) => place === 0 });
    answers.set(0, () => new Promise(() => {}));
    const queued = inTurn.lend();
    answers.delete(0);
    now = 2_000;
    answers.set(1, async () => "second");
    expect(await inTurn.lend()).toBe("second");
    expect(await queued).toBe("second");
  });
});
