import { setTimeout as sleep } from "node:timers/promises";
import { aroundCalls, intercepted } from "@slotwright/conformance";
import { loadEngine } from "@slotwright/lab/engines";
import { expect, it } from "vitest";
import { strikeAll } from "../src/clusters/nemesis.ts";
import type { ClusterFault, Nodes } from "../src/clusters/nodes.ts";
import { longestGapIn, startPulse } from "../src/clusters/pulse.ts";

const booking = (called: number, returned: number | null, status: "done" | "refused" = "done") =>
  ({
    name: "book",
    called: called * 1e6,
    returned: returned === null ? null : returned * 1e6,
    outcome: { status },
  }) as never;

const gapIn = (calls: readonly never[], struck: number, whole: number) =>
  longestGapIn({ calls }, struck * 1e6, whole * 1e6);

it("the time without a booking is the longest one between a fault and the cluster's return, also if it begins later", () => {
  const calls = [booking(0, 10), booking(90, 110), booking(120, 140), booking(150, 900), booking(910, 950)];
  expect(gapIn(calls, 100, 905)).toBe(760);
  expect(gapIn(calls, 100, 130)).toBe(760);
  expect(gapIn(calls, 100, 115)).toBe(30);
});

it("there is no such time if nothing is booked when the cluster is whole again", () => {
  expect(gapIn([booking(0, 10), booking(120, 140), booking(150, null)], 100, 145)).toBeUndefined();
  expect(gapIn([booking(120, 140), booking(150, 160, "refused")], 100, 145)).toBeUndefined();
  expect(gapIn([booking(120, 140), booking(130, 160)], 100, 145)).toBeUndefined();
});

it("a fault whose effect begins after it was struck is measured", async () => {
  const { openStorage } = await loadEngine("sqlite");
  let open = Promise.resolve();
  const storage = intercepted(
    openStorage(":memory:"),
    aroundCalls(async (_, proceed) => {
      await open;
      return proceed();
    }),
  );
  await storage.migrate();
  const pulse = startPulse([storage], "gaps");
  const late: ClusterFault = {
    key: "node.late",
    title: "a node is away some time after the fault began",
    async harm(_, struck) {
      struck();
      await sleep(100);
      open = sleep(300);
      await open;
    },
  };
  const nodes = { settle: async () => {} } as Nodes;
  const [strike] = await strikeAll(nodes, [late], pulse, 1, new AbortController().signal);
  await pulse.end();
  await storage.close();
  expect(strike).toEqual({ key: "node.late", longestGapMs: expect.any(Number) });
  expect(strike?.longestGapMs).toBeGreaterThanOrEqual(290);
});
