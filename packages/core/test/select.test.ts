import { describe, expect, it } from "vitest";
import type { Agenda, CommitOutcome, RecordKey, Slot } from "../src/adapter/index.ts";
import { selectCommits, selectLoads, type WaitingCommit } from "../src/engine/select.ts";
import { createVersionsInFlight } from "../src/engine/versions-in-flight.ts";

const key = (id: string): RecordKey => ({ kind: "slot", id });
const load = (...ids: string[]) => ({ keys: ids.map(key) });

interface Commit extends WaitingCommit<Commit> {}

/** A commit of these slots, from version 1 to 2. */
const commitOf = (ids: readonly string[], version = 1): Commit => ({
  command: { id: ids.join() },
  agendas: [],
  readFrom: 0,
  after: () => undefined,
  decided: {
    expect: ids.map((id) => ({ key: key(id), version })),
    put: ids.map((id) => ({ kind: "slot", id, version: version + 1 }) as Slot),
  },
  keys: ids.map((id) => `slot:${id}`),
});

const select = (queue: readonly Commit[], inFlight = createVersionsInFlight(), batchSize = 32) => {
  const { batch, rest, lost } = selectCommits(queue, inFlight, batchSize);
  const names = (commits: readonly Commit[]) => commits.map(({ keys }) => keys.join());
  return { batch: names(batch), rest: names(rest), lost: lost.map(({ call, answer }) => [call.keys.join(), answer]) };
};
const numbered = (count: number, from = 0) => Array.from({ length: count }, (_, n) => `${from + n}`);

describe("of the loads that wait", () => {
  it("so many go out that add a record, the oldest first, and those before the next one that add none", () => {
    const queue = [load("a"), load("b"), load("a"), load("b", "a"), load("c"), load("a")];
    const { batch, rest, lost } = selectLoads(queue, 2);
    expect([batch, rest, lost]).toEqual([queue.slice(0, 4), queue.slice(4), []]);
  });

  it("all go out where they fit, and what comes later has a queue of its own", () => {
    const queue = [load("a"), load("b")];
    const { batch, rest } = selectLoads(queue, 2);
    rest.push(load("c"));
    expect(batch).toEqual([load("a"), load("b")]);
  });
});

describe("of the commits that wait", () => {
  it("the oldest go out, as many as a batch may have, and the queue stays as it was", () => {
    const queue = Object.freeze(["a", "b", "c"].map((id) => commitOf([id])));
    expect(select(queue, undefined, 2)).toEqual({ batch: ["slot:a", "slot:b"], rest: ["slot:c"], lost: [] });
  });

  it("none goes out whose records are being written, until they are not", () => {
    const inFlight = createVersionsInFlight();
    const [a, b] = [commitOf(["a"]), commitOf(["b"])];
    inFlight.begin([a]);
    expect(select([a, b], inFlight)).toEqual({ batch: ["slot:b"], rest: ["slot:a"], lost: [] });
    inFlight.end([a]);
    expect(select([a, b], inFlight).batch).toEqual(["slot:a", "slot:b"]);
  });

  it("one that has to wait keeps later ones from its records, which go out in their order", () => {
    const queue = [commitOf(["x"]), commitOf(["x", "y"]), commitOf(["y"]), commitOf(["z"])];
    expect(select(queue)).toEqual({ batch: ["slot:x", "slot:z"], rest: ["slot:x,slot:y", "slot:y"], lost: [] });
  });

  it("a full batch is followed by nothing, however small, and a large commit goes out by itself", () => {
    const [large, small] = [commitOf(numbered(3_000)), commitOf(["small"])];
    expect(select([large, small]).batch).toEqual([large.keys.join()]);
    const half = [numbered(1_200), numbered(1_200, 1_200), ["small"]].map((ids) => commitOf(ids));
    expect(select(half).rest.length).toBe(2);
  });
});

describe("commits that rest on the same agenda", () => {
  const agenda = (version: number, id = "provider:a"): Agenda => ({ kind: "agenda", id, version });
  const keyOfAgenda = (id: string): RecordKey => ({ kind: "agenda", id });

  /** A commit of this slot that rests on these agendas. It is refused once one of `enough` slots is left before it. */
  const resting = (slot: string, agendas: readonly Agenda[], enough: readonly string[] = []): Commit => {
    const own = commitOf([slot]);
    const put = [...own.decided.put, ...agendas.map((one) => ({ ...one, version: one.version + 1 }))];
    const expect = [...own.decided.expect, ...agendas.map(({ id, version }) => ({ key: keyOfAgenda(id), version }))];
    return {
      ...own,
      agendas,
      decided: { expect, put },
      keys: [...own.keys, ...agendas.map(({ id }) => `agenda:${id}`)],
      after: ({ left, agendas: now, restsOn }) =>
        left.some(({ id }) => enough.includes(id))
          ? undefined
          : ({ ...resting(slot, now, enough), left: left.map(({ id }) => id), restsOn } as Commit),
    };
  };
  const told = (commits: readonly Commit[]) =>
    (commits as readonly (Commit & { left?: string[]; restsOn?: string[] })[]).map((one) => [
      one.command.id,
      one.agendas.map(({ version }) => version),
      one.left ?? [],
      one.restsOn ?? [],
    ]);

  it("go together, each with what those before it leave, and at the version that they leave", () => {
    const other = agenda(0, "subject:b");
    const queue = [
      resting("x", [agenda(4)]),
      resting("far", [other]),
      resting("y", [agenda(4)]),
      resting("z", [agenda(4), other]),
    ];
    expect(told(selectCommits(queue, createVersionsInFlight(), 32).batch)).toEqual([
      ["x", [4], [], []],
      ["far", [0], [], []],
      ["y", [5], ["x"], ["x"]],
      ["z", [6, 1], ["x", "y", "far"], ["y", "far"]],
    ]);
  });

  it("wait if they are refused for what is not committed yet, and keep nobody from going", () => {
    const queue = [resting("x", [agenda(4)]), resting("y", [agenda(4)], ["x"]), resting("z", [agenda(4)])];
    const { batch, rest, lost } = selectCommits(queue, createVersionsInFlight(), 32);
    expect([told(batch).map(([id]) => id), rest, lost]).toEqual([["x", "z"], [queue[1]], []]);
  });

  it("go on from what was committed while they waited or read, and have lost if they are refused for it", () => {
    const inFlight = createVersionsInFlight();
    const first = resting("x", [agenda(4)]);
    inFlight.begin([first]);
    const queue = [resting("z", [agenda(4)], ["x"]), resting("y", [agenda(4)])];
    expect(selectCommits(queue, inFlight, 32).batch).toEqual([]);
    inFlight.end([first]);
    inFlight.note(first, { status: "committed" });
    const stale = { status: "stale", keys: [keyOfAgenda("provider:a")] };
    const { batch, lost } = selectCommits(queue, inFlight, 32);
    expect([told(batch), lost]).toEqual([[["y", [5], ["x"], []]], [{ call: queue[0], answer: stale }]]);
    // One whose read was on the way meanwhile.
    inFlight.dropNotes();
    expect(told(selectCommits([resting("late", [agenda(4)])], inFlight, 32).batch)).toEqual([["late", [5], ["x"], []]]);
    // After a failure, nothing that was written may be there.
    inFlight.forgetAgendas();
    expect(told(selectCommits([resting("late", [agenda(4)])], inFlight, 32).batch)).toEqual([["late", [4], [], []]]);
  });

  it("have lost if others have raised it further than ours have", () => {
    const inFlight = createVersionsInFlight();
    inFlight.note(resting("x", [agenda(4)]), { status: "committed" });
    inFlight.note(resting("w", [agenda(5)]), { status: "stale", keys: [keyOfAgenda("provider:a")] });
    const queue = [resting("y", [agenda(4)]), resting("z", [agenda(6)])];
    const { batch, lost } = selectCommits(queue, inFlight, 32);
    expect([told(batch).map(([id]) => id), lost.map(({ call }) => call)]).toEqual([["z"], [queue[0]]]);
  });

  it("wait where they rest on another version than those that go", () => {
    const queue = [resting("x", [agenda(4)]), resting("y", [agenda(6)]), resting("z", [agenda(3)])];
    const { batch, rest, lost } = selectCommits(queue, createVersionsInFlight(), 32);
    expect([told(batch).map(([id]) => id), rest, lost]).toEqual([["x"], queue.slice(1), []]);
  });

  it("keep their other records to themselves", () => {
    const queue = [resting("x", [agenda(4)]), resting("x", [agenda(4)]), resting("y", [agenda(4)])];
    const { batch, rest } = selectCommits(queue, createVersionsInFlight(), 32);
    expect([told(batch).map(([id]) => id), rest]).toEqual([["x"], queue.slice(1)]);
  });
});

describe("a commit that waits has lost", () => {
  const noted = (commit: Commit, outcome: CommitOutcome) => {
    const inFlight = createVersionsInFlight();
    inFlight.note(commit, outcome);
    return inFlight;
  };
  const stale = (...ids: string[]): CommitOutcome => ({ status: "stale", keys: ids.map(key) });

  it("where one of ours has written a later version", () => {
    const inFlight = noted(commitOf(["a"]), { status: "committed" });
    const queue = [commitOf(["a", "b"]), commitOf(["a"], 2)];
    expect(select(queue, inFlight)).toEqual({ batch: ["slot:a"], rest: [], lost: [["slot:a,slot:b", stale("a")]] });
  });

  it("where one of ours found that others have, and only for the version that it found overtaken", () => {
    const inFlight = noted(commitOf(["a", "b"], 4), stale("b"));
    const queue = [commitOf(["a"], 4), commitOf(["b"], 4), commitOf(["b"], 5)];
    expect(select(queue, inFlight)).toEqual({
      batch: ["slot:a", "slot:b"],
      rest: [],
      lost: [["slot:b", stale("b")]],
    });
  });

  it("where one of ours found its record locked", () => {
    const inFlight = noted(commitOf(["a", "b"]), { status: "busy", keys: [key("a")] });
    const busy = { status: "busy", keys: [key("a")] };
    expect(select([commitOf(["a"]), commitOf(["b"])], inFlight)).toMatchObject({ lost: [["slot:a", busy]] });
  });

  it("also far behind in the queue, where others would not be looked at", () => {
    const inFlight = noted(commitOf(["a"]), { status: "committed" });
    const queue = [commitOf(["b"]), commitOf(["c"]), commitOf(["a"])];
    expect(select(queue, inFlight, 1)).toMatchObject({
      batch: ["slot:b"],
      rest: ["slot:c"],
      lost: [["slot:a", stale("a")]],
    });
  });

  it("only by what is news: once those that waited have heard of it, the database is asked", () => {
    const inFlight = noted(commitOf(["a"]), { status: "committed" });
    inFlight.note(commitOf(["b"]), { status: "busy", keys: [key("b")] });
    inFlight.dropNotes();
    expect(select([commitOf(["a"]), commitOf(["b"])], inFlight).lost).toEqual([]);
  });
});
