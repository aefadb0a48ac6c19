import { askFor, minutes, place, provider, publishOne, refusal } from "@slotwright/conformance/fixtures";
import { describe, expect, it } from "vitest";
import { type Authorize, createEngine, type EngineOptions, type StorageAdapter } from "../src/index.ts";
import { createMemoryDatabase, memoryAdapter } from "../src/memory/index.ts";

/** A storage on which something else happens just before the first search. */
function meanwhile(storage: StorageAdapter, happens: () => Promise<unknown>): StorageAdapter {
  let happened = false;
  return {
    ...storage,
    async findSlots(query) {
      if (!happened) {
        happened = true;
        await happens();
      }
      return storage.findSlots(query);
    },
  };
}

function stage() {
  const storage = memoryAdapter({ database: createMemoryDatabase() });
  return { storage, engine: createEngine({ storage }) };
}

describe("a refusal that rests on several reads", () => {
  it("of an accept says what became of the appointment, not of the slot that it went to in the meantime", async () => {
    const { storage, engine } = stage();
    const { id } = await askFor(engine, minutes(0), minutes(30));
    const slot = await publishOne(engine);
    const accept = { actor: provider, appointmentId: id };
    const late = meanwhile(storage, () => engine.accept({ ...accept, slotId: slot.id }));
    const { details } = await refusal(createEngine({ storage: late }).accept(accept), "invalid_transition");
    expect(details).toMatchObject({ id, from: "confirmed" });
  });

  it("is given at once where nothing happened in between", async () => {
    const { storage, engine } = stage();
    await publishOne(engine);
    let loads = 0;
    const counted: StorageAdapter = {
      ...storage,
      load(keys) {
        loads += 1;
        return storage.load(keys);
      },
    };
    const slots = [{ start: minutes(10), end: minutes(20) }];
    await refusal(createEngine({ storage: counted }).createSlots({ actor: provider, ...place, slots }), "slot_overlap");
    expect(loads).toBe(2);
  });
});

const refuseCommands =
  (sentence: string): Authorize =>
  ({ action }) =>
    action === "command" ? sentence : undefined;

describe("a refusal's message", () => {
  const booking = async (options: object) => {
    const { storage, engine } = stage();
    const { id } = await publishOne(engine);
    const hosts = createEngine({ storage, ...options } as EngineOptions<unknown>);
    return hosts.book({ actor: provider, subjectId: "p-1", slotId: id });
  };

  it("says that authorize and policies must answer at once where one of them answers with a promise", async () => {
    const forbidden = await refusal(booking({ authorize: async () => undefined }), "forbidden");
    expect(forbidden.details.problem).toBe(
      "authorize answered with a promise, and must answer at once: with a sentence, or undefined.",
    );
    const policies = [{ name: "late", check: async () => undefined }];
    const { details } = await refusal(booking({ policies }), "policy_violation");
    expect(details).toEqual({
      policy: "late",
      problem: "its check answered with a promise, and must answer at once: with a sentence, or undefined.",
      unanswered: true,
    });
  });

  it.each([
    [true, "true"],
    [null, "null"],
    [{}, "an object"],
  ])("says what authorize answered where it is no sentence: %s", async (answer, named) => {
    const { message } = await refusal(booking({ authorize: () => answer }), "forbidden");
    expect(message).toContain(`authorize answered with ${named}, and must answer`);
  });

  it.each(["no", "No.", "Ask the desk!"])("quotes the host's sentence, whatever its end: %s", async (sentence) => {
    const forbidden = await refusal(booking({ authorize: refuseCommands(sentence) }), "forbidden");
    const { id } = provider;
    expect(forbidden.message).toBe(
      `The actor "${id}" may not run the command book ("${sentence}"). Ask somebody who may.`,
    );
    const policies = [{ name: "late", check: () => sentence }];
    const { message } = await refusal(booking({ policies }), "policy_violation");
    expect(message).toBe(`The policy "late" does not allow this ("${sentence}").`);
  });

  it("does not send anybody to ask others where authorize gave no answer", async () => {
    const { message } = await refusal(booking({ authorize: () => true }), "forbidden");
    expect(message).toMatch(
      /: authorize answered with true, and must answer at once: with a sentence, or undefined\.$/,
    );
  });

  it("of a full queue does not speak of a time that was not waited", async () => {
    const { storage } = stage();
    const engine = createEngine({ storage, coalesce: { queueLimit: 1, lanes: 1 } });
    const reads = await Promise.allSettled(["a", "b", "c", "d"].map((id) => engine.getSlot(id)));
    const { message } = await refusal(
      Promise.reject(reads.flatMap((read) => (read.status === "rejected" ? [read.reason] : [])).at(-1)),
      "storage_busy",
    );
    expect(message).not.toContain("0 ms");
    expect(message).toMatch(/nothing was changed\. Send the same request again in a moment/);
  });
});
