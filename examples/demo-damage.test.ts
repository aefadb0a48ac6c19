import { describe, expect, it } from "vitest";
import { allHold, demo, verdictsIn } from "./demo/in-tests.ts";
import { runProgram } from "./run-program.ts";

describe("the demo", () => {
  it.each([1, 2, 3, 4, 5, 6, 7])(
    "notices that invariant %i was broken by hand, and exits with status 1",
    async (number) => {
      // One process: what is tested is the check after the race.
      const ended = await demo("--processes", "1", "--break", String(number));
      expect(verdictsIn(ended)).toContain(`${number} BROKEN`);
      expect(ended.output).toContain("Invariants are broken.");
      expect(ended.status).toBe(1);
    },
  );
});

describe("the demo on a cluster", () => {
  it("goes on when a node of Galera is killed in the midst, and checks each node when it is back", async ({ skip }) => {
    const ended = await runProgram("./demo/main.ts", ["--galera", "--processes", "3", "--callers", "16"]);
    // With CI=true, the demo fails with other words.
    if (ended.output.includes("There is no Galera cluster here.")) skip("there is no Galera cluster here");
    expect(ended.output).toMatch(/Node 2 was killed when \d+ seats were known to be booked/);
    expect(ended.output).toMatch(/The next booking that was asked for after that was made \d+\.\d\d s after the kill/);
    expect(ended.output).toContain("Meanwhile, the cluster had 2 nodes.");
    expect(ended.output).toMatch(/Node 2 was started again, and is back with all that it had missed/);
    expect(verdictsIn(ended)).toEqual([...allHold, ...allHold, ...allHold]);
    expect(ended.output).not.toContain("FAULT");
    expect(ended.status).toBe(0);
  });
});
