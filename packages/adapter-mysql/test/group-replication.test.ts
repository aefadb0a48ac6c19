import { setTimeout as wait } from "node:timers/promises";
import { appointmentOn, sampleInstant as at, booking, transitionOf } from "@slotwright/conformance";
import { createEngine, type Engine, type Slot, type StorageAdapter } from "@slotwright/core";
import type { Transition } from "@slotwright/core/adapter";
import { type GroupCluster, startCluster } from "@slotwright/test-servers";
import { type Connection, createConnection, type PoolConnection, type RowDataPacket } from "mysql2/promise";
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from "vitest";
import { type MysqlTransaction, mysqlAdapter } from "../src/index.ts";
import { migrationsOnNodes } from "./nodes/migrations.ts";
import { partitionsOnNodes } from "./nodes/partitions.ts";
import { readsOnNodes, refusesReads } from "./nodes/reads.ts";
import { restartOfNode } from "./nodes/restart.ts";
import { groupNodes, nodesStage } from "./nodes/stage.ts";

const found = await startCluster("group-replication", { primaries: "each" });
afterAll(() => found?.stop());

const actor = { kind: "patient", id: "p" } as const;
const committed = [{ status: "committed" }];
/** By the group's certification. */
const undone = { cause: { errno: 3101 } };

describe.skipIf(found === undefined)("a group of MySQL servers of which each takes writes", () => {
  const cluster = found as GroupCluster;
  let adminUrls: readonly string[];
  const storages: StorageAdapter<MysqlTransaction, PoolConnection>[] = [];
  const slots: Slot[] = [];
  const opened: Connection[] = [];

  /** What an application may do, and no more. */
  const urlOf = (place: number) =>
    Object.assign(new URL(adminUrls[place] as string), { username: "app", password: "secret" }).href;
  const urlOfAll = () => {
    const url = urlOf(0);
    return url.replace(new URL(url).host, adminUrls.map((one) => new URL(one).host).join(","));
  };
  const storageOn = (uri: string) => {
    // So that commits are decided on what a member has that lags behind.
    const storage = mysqlAdapter({ uri, readConsistency: "node" });
    storages.push(storage);
    return storage;
  };
  const engineOn = (place: number) => createEngine({ storage: storageOn(urlOf(place)) });
  const loaded = (place: number, id: string) => storages[place]?.load([{ kind: "slot", id }]);
  const sees = (place: number, id: string) => expect.poll(() => loaded(place, id), { timeout: 10_000 });

  async function connect(url: string): Promise<Connection> {
    const connection = await createConnection(url);
    connection.on("error", () => {});
    opened.push(connection);
    return connection;
  }
  const admin = (place: number) => connect(adminUrls[place] as string);

  beforeAll(async () => {
    const database = await cluster.createDatabase();
    adminUrls = database.urls;
    const first = await admin(0);
    await mysqlAdapter({ uri: adminUrls[0] as string }).migrate();
    await first.query("create table waiting (id int primary key auto_increment)");
    await first.query("create user app identified by 'secret'");
    const name = new URL(adminUrls[0] as string).pathname.slice(1);
    await first.query(`grant select, insert, update, execute on ${name}.* to app`);
    for (const place of [0, 1, 2]) storageOn(urlOf(place));
    const wanted = Array.from({ length: 40 }, (_, index) => ({ start: at(index * 15), end: at(index * 15 + 15) }));
    const engine = createEngine({ storage: storages[0] as StorageAdapter });
    slots.push(...(await engine.createSlots({ actor, providerId: "p", facilityId: "f", slots: wanted })).slots);
    const last = slots.at(-1) as Slot;
    await vi.waitFor(
      async () => {
        for (const place of [1, 2]) expect(await loaded(place, last.id)).toEqual([last]);
      },
      { timeout: 10_000 },
    );
  });
  afterEach(() => Promise.all(opened.splice(0).map((connection) => connection.destroy())));
  afterAll(() => Promise.all(storages.map((storage) => storage.close())));

  const next = () => slots.shift() as Slot;
  /** A slot of another provider. */
  const elsewhere = async (providerId: string) => {
    const wanted = [{ start: at(0), end: at(15) }];
    const engine = createEngine({ storage: storages[0] as StorageAdapter });
    const { slots: made } = await engine.createSlots({ actor, providerId, facilityId: "f", slots: wanted });
    await sees(1, (made[0] as Slot).id).toEqual(made);
    return made[0] as Slot;
  };
  const bookingOf = (slot: Slot, subjectId = "s") => ({ actor, slotId: slot.id, subjectId });

  /** Until it is let go on, the node applies nothing that the others commit. */
  async function fallBehind(place: number): Promise<() => Promise<unknown>> {
    const holder = await admin(place);
    const [[row]] = await holder.query<RowDataPacket[]>("select @@replica_parallel_workers as workers");
    await holder.query("lock tables waiting read");
    const other = await admin((place + 1) % 3);
    for (let worker = 0; worker < Number(row?.workers); worker++) await other.query("insert into waiting values ()");
    return () => holder.query("unlock tables");
  }

  /** What becomes of the second one, on a member that has not applied the first one when it decides. */
  async function onBothAtOnce(first: Transition, second: Transition) {
    const [one, other] = storages as [StorageAdapter, StorageAdapter];
    const goOn = await fallBehind(1);
    try {
      expect(await one.commit([first])).toEqual(committed);
      const answer = other.commit([second]);
      // If it loses, it waits for what it has lost against.
      await Promise.race([answer.catch(() => {}), wait(300)]);
      return { answer };
    } finally {
      await goOn();
    }
  }

  it("lets one of two commits for a slot win, and the other one is transient and finds the winner when it tries again", async () => {
    const slot = next();
    const [winner, loser] = storages as [StorageAdapter, StorageAdapter];
    const goOn = await fallBehind(1);
    const { command, ...rest } = booking(slot);
    const lost = () => loser.commit([{ ...rest, command: { ...command, id: "the other" } }]);
    expect(await winner.commit([booking(slot)])).toEqual(committed);
    const losing = lost();
    losing.catch(() => {});
    expect(await Promise.race([losing, wait(300, "waits")])).toBe("waits");
    await goOn();
    await expect(losing).rejects.toMatchObject({ failure: "transient", cause: { errno: 3101 } });
    expect(await lost()).toMatchObject([{ status: "stale" }]);
  });

  it("undoes one of two bookings, of which each finds the foreign key to an appointment empty", async () => {
    const { answer } = await onBothAtOnce(booking(next()), booking(await elsewhere("q")));
    await expect(answer).rejects.toMatchObject(undone);
  });

  describe("without the foreign key of a slot to an appointment", () => {
    const key = "slotwright_slots_slot_has_appointment_row";
    const target = "(appointment_id) references slotwright_appointments (id)";
    const alter = async (how: string) => (await admin(0)).query(`alter table slotwright_slots ${how}`);
    beforeAll(() => alter(`drop foreign key ${key}`));
    afterAll(() => alter(`add constraint ${key} foreign key ${target}`));

    it("takes bookings and cancellations of two schedules' slots from two members that do not know of each other's", async () => {
      const [one, other] = [next(), await elsewhere("r")];
      const cancellation = (slot: Slot) => {
        const cancelled = appointmentOn(slot, { status: "cancelled", slotIds: [], version: 2 });
        return transitionOf(`cancel ${slot.id}`, { ...slot, version: 3 }, cancelled);
      };
      const changes = [
        { change: booking, status: "booked" },
        { change: cancellation, status: "available" },
      ];
      for (const { change, status } of changes) {
        const { answer } = await onBothAtOnce(change(one), change(other));
        expect(await answer).toEqual(committed);
        for (const place of [0, 1]) {
          for (const { id } of [one, other]) await sees(place, id).toMatchObject([{ status }]);
        }
      }
    });

    it("undoes one of two bookings of one schedule, to which both slots refer by a foreign key", async () => {
      const { answer } = await onBothAtOnce(booking(next()), booking(next()));
      await expect(answer).rejects.toMatchObject(undone);
    });
  });

  it("refuses the second of two bookings on two nodes with slot_booked, also in a transaction with the host's own rows, which runs again", async () => {
    const engines = [engineOn(0), engineOn(1)] as const;
    const [one, other] = [next(), next()];
    const goOn = await fallBehind(1);
    for (const slot of [one, other]) await engines[0].book(bookingOf(slot, "the first"));
    let runs = 0;
    const refused = [
      engines[1].book(bookingOf(one)),
      engines[1].transaction(({ engine }) => {
        runs += 1;
        return engine.book(bookingOf(other));
      }),
    ];
    const all = Promise.allSettled(refused);
    expect(await Promise.race([all, wait(300, "waits")])).toBe("waits");
    await goOn();
    const reason = { code: "slot_booked" };
    expect(await all).toMatchObject([
      { status: "rejected", reason },
      { status: "rejected", reason },
    ]);
    expect(runs).toBe(2);
  });

  it("undoes a transaction that is open when another member's commit takes its rows, and it runs again", async () => {
    const slot = next();
    let runs = 0;
    const call = engineOn(1).transaction(async ({ engine }) => {
      runs += 1;
      const answer = await engine.book(bookingOf(slot));
      await engineOn(0).book(bookingOf(slot, "somebody faster"));
      await sees(1, slot.id).toMatchObject([{ status: "booked" }]);
      return answer;
    });
    await expect(call).rejects.toMatchObject({ code: "slot_booked" });
    expect(runs).toBe(2);
  });

  it("says why the group does not take your transaction at SERIALIZABLE", async () => {
    const host = await connect(urlOf(0));
    await host.query("set transaction isolation level serializable");
    await host.beginTransaction();
    const call = (storages[0] as (typeof storages)[0]).within(host).commit([booking(next())]);
    await expect(call).rejects.toMatchObject({ failure: "refused", message: expect.stringMatching(/SERIALIZABLE/) });
    await host.rollback();
  });

  it("is left by calls to a server that was taken offline for those that are there, if the URI names them", async () => {
    const engine = createEngine({ storage: storageOn(urlOfAll()) });
    await engine.book(bookingOf(next()));
    const root = await admin(0);
    await root.query("set global offline_mode = on");
    const alone = mysqlAdapter({ uri: urlOf(0) });
    await expect(alone.load([{ kind: "slot", id: "any" }])).rejects.toMatchObject({ failure: "transient" });
    await alone.close();
    const answers = await Promise.allSettled(Array.from({ length: 4 }, () => engine.book(bookingOf(next()))));
    expect(answers.map(({ status }) => status)).toEqual(Array(4).fill("fulfilled"));
    await root.query("set global offline_mode = off");
  });

  // They clean up before the group is broken.
  describe("as nodes of a cluster", () => {
    const stage = nodesStage(cluster, groupNodes);
    readsOnNodes(stage);
    it("a member that is not in its group, which would answer with what it has, is asked in vain", () =>
      refusesReads(stage, 2, { leave: "stop group_replication", join: () => cluster.settle() }));
    migrationsOnNodes(stage);
    partitionsOnNodes(stage);
    restartOfNode(stage);
  });

  it("does not tell what became of a commit whose server lost the others, nor of one on a server that is not in the group", async () => {
    const root = await admin(0);
    await root.query("set global group_replication_unreachable_majority_timeout = 1");
    await root.query("set global group_replication_autorejoin_tries = 0");
    const [pending, later, slot] = [next(), next(), next()];
    const alone = storages[0] as StorageAdapter;
    // As long as it takes the others on a busy machine to have a group again.
    const engine: Engine = createEngine({ storage: storageOn(urlOfAll()), retry: { budgetMs: 60_000 } });
    await engine.listSlots({ limit: 1 });
    await Promise.all([1, 2].map((place) => cluster.nodes[place]?.process.pause()));
    const booked = engine.book({ ...bookingOf(slot), idempotencyKey: "key" });
    // 3100, unless the server has ended the connection before it could say so.
    await expect(alone.commit([booking(pending)])).rejects.toMatchObject({ failure: "unknown" });
    await Promise.all([1, 2].map((place) => cluster.nodes[place]?.process.resume()));
    // First the server takes no writes, and a moment later nobody who is no administrator.
    const failure = expect.stringMatching(/^(transient|read_only)$/);
    await expect(alone.commit([booking(later)])).rejects.toMatchObject({ failure });
    const isOffline = async () => (await root.query<RowDataPacket[]>("select @@global.offline_mode as it"))[0][0]?.it;
    await expect.poll(isOffline, { timeout: 20_000 }).toBe(1);
    await root.query("set global offline_mode = off, global super_read_only = 0, global read_only = 0");
    // Its connections have ended with that, so the first call may only find out.
    await vi.waitFor(() =>
      expect(alone.commit([booking(later)])).rejects.toMatchObject({ failure: "unknown", cause: { errno: 3100 } }),
    );
    // A trigger says what other versions say of the first one.
    await root.query("set sql_log_bin = 0");
    await root.query(
      "create trigger host_trigger before insert on slotwright_commands for each row signal sqlstate '40000' set mysql_errno = 3101",
    );
    await expect(alone.commit([booking(later)])).rejects.toMatchObject({ failure: "unknown", cause: { errno: 3101 } });
    await root.query("drop trigger host_trigger");
    expect(await booked).toMatchObject({ appointment: { slotIds: [slot.id] } });
    // One of the two that hung may have been given up by the other, too.
    await cluster.settle();
    for (const place of [0, 1, 2]) await sees(place, slot.id).toMatchObject([{ status: "booked", version: 2 }]);
  });
});
