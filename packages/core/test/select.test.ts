import { describe, expect, it } from "vitest";
import type { CommitOutcome, RecordKey, Slot } from "../src/adapter/index.ts";
import { selectCommits, selectLoads, type WaitingCommit } from "../src/engine/select.ts";
import { createVersionsInFlight } from "../src/engine/versions-in-flight.ts";

const key = (id: string): RecordKey => ({ kind: "slot", id });
const load = (...ids: string[]) => ({ keys: ids.map(key) });

interface Commit extends WaitingCommit<Commit> {}

/** A commit of these slots, from version 1 to 2. */
const commitOf = (ids: readonly string[], version = 1): Commit => ({
  command: { id: ids.join() },
  agendas: [],
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
