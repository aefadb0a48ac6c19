import { readFile } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";
import { publishAlone } from "@slotwright/adapter-sql/conformance";
import { expect, it } from "vitest";
import type { NodesStage } from "./stage.ts";

const callers = 4;

export function restartOfNode({ nodes, storageOf }: NodesStage): void {
  it("a member that leaves its group first is shut down in order while sessions wait for the group", async () => {
    const over = new AbortController();
    let number = 1_000;
    const publish = async (node: number) => {
      while (!over.signal.aborted) await publishAlone(storageOf(node), number++).catch(() => wait(20));
    };
    const publishing = [0, 1, 2].flatMap((node) => Array.from({ length: callers }, () => publish(node)));
    await wait(1_000);
    await nodes[1]?.process.restart();
    over.abort();
    await Promise.all(publishing);
    // A server that takes half a minute is killed.
    expect(await readFile(nodes[1]?.process.log ?? "", "utf8")).toContain("Shutdown complete");
  });
}
