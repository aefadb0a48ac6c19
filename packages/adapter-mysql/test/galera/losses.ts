import { publishAlone } from "@slotwright/adapter-sql/conformance";
import { booking, sampleSchedule, slotAt, transitionOf } from "@slotwright/conformance";
import { createEngine, type Slot, type StorageAdapter } from "@slotwright/core";
import type { Connection } from "mysql2/promise";
import { expect, it } from "vitest";
import type { NodesStage } from "../nodes/stage.ts";

const committed = [{ status: "committed" }];
const faster = (slot: Slot) => booking(slot, { id: `faster ${slot.id}` });
const late = (slot: Slot) => {
  const id = `late ${slot.id}`;
  return { ...booking(slot, { id }), command: { id, requestHash: id, result: {} } };
};
const actor = { kind: "patient", id: "p" } as const;

export function lossesOnGalera(stage: NodesStage): void {
  let number = 200;

  /** A slot that both nodes have. Node 1 then has work to do before it comes to what node 0 commits next. */
  async function contested(): Promise<Slot> {
    number += 1;
    await publishAlone(stage.storageOf(0), number);
    const slot = slotAt(number * 30, { scheduleId: `schedule ${number}`, providerId: `provider ${number}` });
    await stage.storageOf(1).load([{ kind: "slot", id: slot.id }]);
    return slot;
  }

  async function lateCommit() {
    const slot = await contested();
    await stage.keepOthersBusy();
    expect(await stage.storageOf(0).commit([faster(slot)])).toEqual(committed);
    const outcome: unknown = await stage
      .storageOf(1)
      .commit([late(slot)])
      .catch((error: unknown) => error);
    return { slot, outcome };
  }

  it("a commit that another node was faster with is transient, and the engine then finds who has the slot", async () => {
    let { slot, outcome } = await lateCommit();
    // A node that has applied the faster commit already says which version is stale: there was nothing to lose.
    for (let tries = 1; Array.isArray(outcome) && tries < 5; tries++) ({ slot, outcome } = await lateCommit());
    expect(outcome).toMatchObject({ failure: "transient" });
    const engine = createEngine({ storage: stage.storageOf(1) });
    await expect(engine.book({ actor, slotId: slot.id, subjectId: "s" })).rejects.toMatchObject({
      code: "slot_booked",
    });
  });

  it("bookings of one schedule's slots on two nodes do not meet: what rows refer to by foreign keys is shared, or empty", async () => {
    const schedule = { ...sampleSchedule, id: "shared", providerId: "shared" };
    const [one, other] = [0, 30].map((at) => slotAt(at, { id: `s ${at}`, scheduleId: "shared", providerId: "shared" }));
    const slots = [one as Slot, other as Slot] as const;
    expect(await stage.storageOf(0).commit([transitionOf("shared", schedule, ...slots)])).toEqual(committed);
    await stage.storageOf(1).load([{ kind: "slot", id: slots[1].id }]);
    const open = await stage.storageOf(1).begin();
    const within = stage.storageOf(1).within(open.transaction);
    expect(await within.commit([booking(slots[1])])).toEqual(committed);
    await stage.keepOthersBusy();
    expect(await stage.storageOf(0).commit([booking(slots[0])])).toEqual(committed);
    await open.commit();
    for (const { id } of slots)
      expect(await stage.storageOf(2).load([{ kind: "slot", id }])).toMatchObject([{ status: "booked" }]);
  });

  it("a host's transaction that loses at its COMMIT is transient, and has written nothing", async () => {
    const slot = await contested();
    const open = await stage.storageOf(1).begin();
    expect(
      await stage
        .storageOf(1)
        .within(open.transaction)
        .commit([late(slot)]),
    ).toEqual(committed);
    await stage.keepOthersBusy();
    expect(await stage.storageOf(0).commit([faster(slot)])).toEqual(committed);
    await expect(open.commit()).rejects.toMatchObject({ failure: "transient" });
    expect(await stage.storageOf(1).load([{ kind: "slot", id: slot.id }])).toMatchObject([
      { appointmentId: faster(slot).put[0]?.id },
    ]);
  });

  it("engine.transaction begins again after such a loss, with what the other node has committed", async () => {
    const slot = await contested();
    const engine = createEngine({ storage: stage.storageOf(1) as StorageAdapter<Connection, Connection> });
    let attempts = 0;
    const lost = engine.transaction(async ({ engine: within, transaction }) => {
      attempts += 1;
      await within.book({ actor, slotId: slot.id, subjectId: "s" });
      await transaction.query("insert into ballast values (-1, 'of the host')");
      await stage.keepOthersBusy();
      expect(await stage.storageOf(0).commit([booking(slot)])).toEqual(committed);
    });
    await expect(lost).rejects.toMatchObject({ code: "slot_booked" });
    expect(attempts).toBe(2);
    const [rows] = await stage.on(1, (connection) => connection.query("select id from ballast where id < 0"));
    expect(rows).toEqual([]);
  });

  it("a transaction that is ended by what another node has committed says so, and that it can be begun again", async () => {
    const slot = await contested();
    await stage.on(1, async (connection) => {
      await connection.beginTransaction();
      const within = stage.storageOf(1).within(connection);
      expect(await within.commit([late(slot)])).toEqual(committed);
      expect(await stage.storageOf(0).commit([faster(slot)])).toEqual(committed);
      await stage.storageOf(1).load([{ kind: "slot", id: slot.id }]);
      await expect(within.load([{ kind: "slot", id: slot.id }])).rejects.toMatchObject({
        failure: "transient",
        message: expect.stringMatching(/has ended, .* begin it again/),
      });
      await connection.rollback();
    });
  });

  it("of two nodes that store a relay's state at once, one is told that it has, and the other that it may try again", async () => {
    const write = (node: number) =>
      stage.storageOf(node).storeRelay({ name: "contested", expected: 0, state: { node } });
    expect(await stage.storageOf(1).readRelay("contested")).toBeUndefined();
    await stage.keepOthersBusy();
    expect(await write(0)).toBe(true);
    // Unless the other node has it already, which it does when little else goes on.
    const second = await write(1).catch((error: unknown) => error);
    if (second !== false) expect(second).toMatchObject({ failure: "transient" });
    expect(await write(1)).toBe(false);
    expect(await stage.storageOf(1).readRelay("contested")).toEqual({ version: 1, state: { node: 0 } });
  });
}
