import { publishAlone } from "@slotwright/adapter-sql/conformance";
import { slotAt } from "@slotwright/conformance";
import { createEngine, type StorageAdapter } from "@slotwright/core";
import type { DividedCluster } from "@slotwright/test-servers";
import type { RowDataPacket } from "mysql2/promise";
import { expect, it } from "vitest";
import { mysqlAdapter } from "../../src/index.ts";
import type { NodesStage } from "../nodes/stage.ts";

const actor = { kind: "patient", id: "p" } as const;

/** A node alone still answers that it is not read-only. */
export function isolatedNodeOnGalera(stage: NodesStage, cluster: DividedCluster | undefined): void {
  async function isReady(node: number): Promise<boolean> {
    const [[row]] = await stage.on(node, (connection) =>
      connection.query<RowDataPacket[]>("show global status like 'wsrep_ready'"),
    );
    return row?.Value === "ON";
  }

  it("a URI of all nodes leaves one that is cut off, and books on the others", async () => {
    for (const number of [400, 401, 402]) await publishAlone(stage.storageOf(0), number);
    const hosts = [1, 0, 2].map((node) => new URL(stage.urlOf(node)).host);
    const uri = stage.urlOf(0).replace(new URL(stage.urlOf(0)).host, hosts.join(","));
    const storage = mysqlAdapter({ uri }) as unknown as StorageAdapter;
    const engine = createEngine({ storage });
    const book = (number: number) => engine.book({ actor, slotId: slotAt(number * 30).id, subjectId: "s" });
    await book(400);
    cluster?.cut(1);
    try {
      await expect.poll(() => isReady(1), { timeout: 30_000 }).toBe(false);
      await Promise.all([401, 402].map(book));
    } finally {
      cluster?.heal(1);
      await cluster?.settle();
    }
    await storage.close();
  });
}
