import { publishAlone } from "@slotwright/adapter-sql/conformance";
import type { StorageAdapter } from "@slotwright/core";
import { isStorageError } from "@slotwright/core/adapter";
import type { RowDataPacket } from "mysql2/promise";
import { expect, it } from "vitest";
import type { NodesStage } from "./stage.ts";

export function partitionsOnNodes({ storageOf, on }: NodesStage): void {
  it("commits of different nodes begin with different partitions of the feed, and so do not meet there", async () => {
    const taken: unknown[] = [];
    for (const node of [0, 1, 2]) {
      const [entry] = await published(storageOf(node), 150 + node);
      const [rows] = await on(node, (connection) =>
        connection.query<RowDataPacket[]>(
          "select feed_partition as first, (@@auto_increment_offset - 1) * 32 % 256 as wanted from slotwright_journal where record_id = ?",
          [entry?.recordId],
        ),
      );
      expect(rows).toEqual([{ first: rows[0]?.wanted, wanted: rows[0]?.wanted }]);
      taken.push(rows[0]?.first);
    }
    expect(new Set(taken).size).toBe(3);
  });
}

const patienceMs = 60_000;

/** A node may have to catch up with the others before its commit is certified. */
async function published(storage: StorageAdapter, index: number) {
  const deadline = performance.now() + patienceMs;
  for (;;) {
    try {
      return await publishAlone(storage, index);
    } catch (error) {
      const isEarly = isStorageError(error) && error.failure === "transient" && performance.now() < deadline;
      if (!isEarly) throw error;
    }
  }
}
