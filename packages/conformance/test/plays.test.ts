import type { StorageAdapter } from "@slotwright/core";
import { memoryAdapter } from "@slotwright/core/memory";
import fc from "fast-check";
import { expect, it } from "vitest";
import { anyPlay, createTurns, gatedAdapter, type History, optionsByTurns, perform } from "../src/index.ts";

type Call = History["calls"][number];

const isMoveToTime = ({ name, input }: Call) => name === "reschedule" && input.slotId === undefined;
const isDone = ({ outcome }: Call) => outcome.status === "done";
const itemsOf = ({ outcome }: Call) =>
  ("result" in outcome ? (outcome.result as { readonly items?: readonly object[] }).items : undefined) ?? [];

it("plays as few as the suite has move appointments to times, and find something", async () => {
  const storage: StorageAdapter = memoryAdapter() as never;
  const calls: Call[] = [];
  for (const [index, play] of fc.sample(anyPlay, { numRuns: 25, seed: 1 }).entries()) {
    const turns = createTurns({ choices: play.choices });
    const storages = [gatedAdapter(storage, turns.next)];
    const stage = { storages, observer: storage, name: `-${index}`, options: optionsByTurns(turns) };
    calls.push(...(await perform(play, stage, turns.run)).history.calls);
  }
  expect(calls.filter(isMoveToTime).filter(isDone).length).toBeGreaterThanOrEqual(2);
  for (const search of ["findOpen", "findTimes"]) {
    expect(calls.filter((call) => call.name === search && itemsOf(call).length > 0).length).toBeGreaterThanOrEqual(2);
  }
});
