import { setTimeout as wait } from "node:timers/promises";
import { publishAlone } from "@slotwright/adapter-sql/conformance";
import { slotAt } from "@slotwright/conformance";
import { createEngine } from "@slotwright/core";
import { isStorageError } from "@slotwright/core/adapter";
import { expect, it } from "vitest";
import type { NodesStage } from "../nodes/stage.ts";

/** First of a wait that fails, and then of the node. */
const outside = {
  failure: "transient",
  message: expect.stringMatching(/could not catch up with its cluster|is not part of its cluster, or not yet/),
};

export function quorumOnGalera(stage: NodesStage): void {
  async function withoutOthers(work: () => Promise<unknown>): Promise<void> {
    const others = stage.nodes.slice(1);
    await Promise.all(others.map((node) => node.process.pause()));
    try {
      await work();
    } finally {
      await Promise.all(others.map((node) => node.process.resume()));
    }
  }

  /** Once the node is part of its cluster again. */
  async function found<T>(read: () => Promise<T>): Promise<T> {
    for (;;) {
      const answer = await read().catch((error: unknown) => {
        if (!isStorageError(error, "transient")) throw error;
      });
      if (answer !== undefined) return answer;
      await wait(50);
    }
  }

  it("a node that loses its cluster does not know what became of its commits, and says where it is", async () => {
    const storage = stage.storageOf(0);
    await publishAlone(storage, 300);
    const engine = createEngine({ storage });
    // So that the booking needs no read.
    await engine.listSlots({ providerIds: ["provider 300"] });
    const wanted = {
      actor: { kind: "patient", id: "p" },
      slotId: slotAt(300 * 30).id,
      subjectId: "s",
      idempotencyKey: "asked once",
    };
    let booked: ReturnType<typeof engine.book> | undefined;
    await withoutOthers(async () => {
      booked = engine.book(wanted);
      booked.catch(() => {});
      const relay = { name: "of quorum", expected: 0, state: {} };
      const lost = await Promise.allSettled([publishAlone(storage, 301), storage.storeRelay(relay)]);
      for (const one of lost) expect(one).toMatchObject({ status: "rejected", reason: { failure: "unknown" } });
      await expect(storage.findAppointments({ limit: 1 })).rejects.toMatchObject(outside);
      await expect(stage.open(0).findAppointments({ limit: 1 })).rejects.toMatchObject(outside);
      await expect(stage.open(0).migrate()).rejects.toMatchObject(outside);
    });
    const { appointment } = (await booked) ?? {};
    expect(appointment).toMatchObject({ status: "confirmed" });
    const keys = [
      { kind: "appointment", id: appointment?.id ?? "" },
      { kind: "command", id: "publish 301" },
    ] as const;
    const onNodes = await Promise.all([0, 1, 2].map((node) => found(() => stage.storageOf(node).load(keys))));
    expect(onNodes[0]?.[0]).toEqual(appointment);
    expect(onNodes[1]).toEqual(onNodes[0]);
    expect(onNodes[2]).toEqual(onNodes[0]);
  });
}
