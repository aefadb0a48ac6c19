import type { StorageAdapter } from "@slotwright/core";
import { describe, expect, it } from "vitest";
import { aroundCalls, eachCall, gatedAdapter, intercepted } from "../src/index.ts";

const waitedFor = [
  "load",
  "findSlots",
  "findAppointments",
  "readJournals",
  "commit",
  "readSettings",
  "storeSettings",
  "begin",
] as const;
const others = ["readClock", "migrate", "close"] as const;
const calls = [...waitedFor, ...others];

/** A storage that answers each call with its own name and arguments, by methods of a class. */
function storageOfClass(name: string): StorageAdapter<never> {
  class Storage {
    readonly contract = 1;
    readonly #name = name;
    within(transaction: string) {
      return storageOfClass(`${this.#name} within ${transaction}`);
    }
    answer(call: string, given: readonly unknown[]) {
      return Promise.resolve([this.#name, call, ...given]);
    }
  }
  for (const call of calls) {
    Object.defineProperty(Storage.prototype, call, {
      value(this: Storage, ...given: readonly unknown[]) {
        return this.answer(call, given);
      },
    });
  }
  return new Storage() as never;
}

const askAll = (storage: StorageAdapter<never>, names: readonly (typeof calls)[number][] = calls) =>
  Promise.all(names.map((call) => (storage[call] as (...given: string[]) => Promise<unknown>)("first", "second")));

const answersOf = (name: string) => calls.map((call) => [name, call, "first", "second"]);

describe("an intercepted storage", () => {
  it("makes each call once with all of its arguments, also if the storage's methods are on a class", async () => {
    const storage = intercepted(storageOfClass("a"), () => ({}));
    expect(storage.contract).toBe(1);
    expect(await askAll(storage)).toEqual(answersOf("a"));
    expect(await askAll(storage.within("t" as never))).toEqual(answersOf("a within t"));
  });

  it("runs something around each call that a command or a read waits for, also within a transaction", async () => {
    const seen: string[] = [];
    const around = aroundCalls((call, proceed) => {
      seen.push(call);
      return proceed();
    });
    const storage = intercepted(storageOfClass("a"), around);
    expect(await askAll(storage)).toEqual(answersOf("a"));
    expect(seen).toEqual(waitedFor);
    expect(await askAll(storage.within("t" as never))).toEqual(answersOf("a within t"));
    expect(seen).toEqual([...waitedFor, ...waitedFor]);
  });

  it("replaces single calls, also within a transaction", async () => {
    const storage = intercepted(storageOfClass("a"), (real) => ({
      commit: async (...given) => ["replaced", await real.commit(...given)] as never,
    }));
    expect(await askAll(storage, ["load", "commit"])).toEqual([
      ["a", "load", "first", "second"],
      ["replaced", ["a", "commit", "first", "second"]],
    ]);
    const [answer] = await askAll(storage.within("t" as never), ["commit"]);
    expect(answer).toEqual(["replaced", ["a within t", "commit", "first", "second"]]);
  });

  it("waits for the gate before it makes a call", async () => {
    const open = Promise.withResolvers<void>();
    const made: string[] = [];
    const noted = intercepted(storageOfClass("a"), (real) => ({
      load: (...given) => {
        made.push("load");
        return real.load(...given);
      },
    }));
    const loading = gatedAdapter(noted as never, () => open.promise).load([]);
    await Promise.resolve();
    expect(made).toEqual([]);
    open.resolve();
    await loading;
    expect(made).toEqual(["load"]);
  });
});

describe("each call of the contract", () => {
  it("goes to the storage that is current at that moment", async () => {
    let current = storageOfClass("a");
    const storage = { contract: 1, ...eachCall(() => current), within: () => current } as const;
    expect(await askAll(storage)).toEqual(answersOf("a"));
    current = storageOfClass("b");
    expect(await askAll(storage)).toEqual(answersOf("b"));
  });
});
