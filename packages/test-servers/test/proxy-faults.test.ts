import { setTimeout as wait } from "node:timers/promises";
import { expect, it } from "vitest";
import { type FaultPoint, type ProxyFault, runs } from "../src/proxy/index.ts";
import type { TestClient } from "./proxy-client.ts";
import { describeEachEngine, eventually, outcome } from "./proxy-harness.ts";

const insert = "insert into things (id) values (1)";

interface Victim {
  readonly title: string;
  readonly message: { readonly kind: string; readonly sql: unknown };
  readonly when: ProxyFault["when"];
  prepare(client: TestClient): Promise<unknown>;
  run(client: TestClient): Promise<unknown>;
}

/** What the fault strikes. Each leaves row 1 if it takes effect. */
const victims: readonly Victim[] = [
  {
    title: "an insert as text",
    message: { kind: "query", sql: insert },
    when: runs(/^insert/),
    prepare: async () => {},
    run: (client) => client.query(insert),
  },
  {
    title: "a prepared insert",
    message: { kind: "execute", sql: expect.stringMatching(/^insert into things/) },
    when: runs(/^insert/),
    prepare: async () => {},
    run: (client) => client.execute("insert into things (id, note) values (?, ?)", 1, "n"),
  },
  {
    title: "a commit",
    message: { kind: "query", sql: "commit" },
    when: runs(/^commit$/),
    prepare: async (client) => {
      await client.query("begin");
      await client.query(insert);
    },
    run: (client) => client.query("commit"),
  },
];

/** What a fault leaves behind. Whether a message that nobody waits for takes effect is open. */
const effects: readonly (readonly [FaultPoint, readonly number[] | undefined])[] = [
  ["before-forward", []],
  ["after-forward", [1]],
  ["mid-answer", [1]],
  ["after-forward-unanswered", undefined],
];

const cases = victims.flatMap((victim) =>
  effects.map(([point, left]) => ({ ...victim, point, left, titleOfPoint: `${point} of ${victim.title}` })),
);

// MariaDB uses the protocol of MySQL; proxy.test.ts shows what strikes there.
describeEachEngine(
  "a fault",
  ({ engine, proxy, connect, ids, direct, serverConnections }) => {
    const lost = { cut: engine === "postgres" ? /terminated/ : /PROTOCOL_CONNECTION_LOST/, reset: /ECONNRESET/ };

    for (const { titleOfPoint, when, point, left, message, prepare, run } of cases) {
      it.each(["cut", "reset"] as const)(`costs the client its connection by a %s ${titleOfPoint}`, async (action) => {
        const client = await connect();
        await prepare(client);
        const fault = proxy().inject({ when, point, action });
        const error = (await outcome(run(client))) as Error & { readonly code?: string };
        expect(`${error.code} ${error.message}`).toMatch(lost[action]);
        expect(await fault.whenHit).toEqual({ ...message, connection: 1 });
        expect(fault.hit).toEqual({ ...message, connection: 1 });
        if (left !== undefined) expect(await ids()).toEqual(left);
        await eventually(async () => expect(proxy().connections()).toBe(0));
        await eventually(async () => expect(await serverConnections()).toBe(0));
        if (left !== undefined) expect(await ids()).toEqual(left);
      });

      it(`leaves the client in silence by a swallow ${titleOfPoint}, until it gives up`, async () => {
        const client = await connect();
        await prepare(client);
        const fault = proxy().inject({ when, point, action: "swallow" });
        const call = run(client);
        expect(await outcome(call, 250)).toBe("silent");
        expect(await fault.whenHit).toEqual({ ...message, connection: 1 });
        if (left !== undefined) expect(await ids()).toEqual(left);
        expect([proxy().connections(), await serverConnections()]).toEqual([1, 1]);
        client.destroy();
        await eventually(async () => expect(await serverConnections()).toBe(0));
        expect(proxy().connections()).toBe(0);
        if (left !== undefined) expect(await ids()).toEqual(left);
      });

      it(`lets the client's answer arrive late by a delay ${titleOfPoint}`, async () => {
        const client = await connect();
        await prepare(client);
        const fault = proxy().inject({ when, point, action: { delayMs: 300 } });
        const call = run(client);
        expect(await fault.whenHit).toEqual({ ...message, connection: 1 });
        if (left !== undefined) expect(await ids()).toEqual(left);
        expect(await outcome(call, 100)).toBe("silent");
        expect(await outcome(call)).toBe("answered");
        expect(await ids()).toEqual([1]);
        expect(await client.query("select 7 as seven")).toEqual([{ seven: 7 }]);
      });
    }

    it("takes no less than its delay", async () => {
      const client = await connect();
      proxy().inject({ when: runs(/seven/), point: "after-forward", action: { delayMs: 400 } });
      const started = performance.now();
      await client.query("select 7 as seven");
      // Timers may be a millisecond early.
      expect(performance.now() - started).toBeGreaterThan(398);
    });

    it("strikes the n-th matching message, once, and nothing else", async () => {
      const client = await connect();
      const fault = proxy().inject({ when: runs(/^insert/), nth: 3, point: "before-forward", action: "cut" });
      await client.query("insert into things (id) values (1)");
      await client.query("select 'insert'");
      await client.execute("insert into things (id) values (?)", 2);
      expect(fault.hit).toBeUndefined();
      expect(await outcome(client.execute("insert into things (id) values (?)", 3))).toBeInstanceOf(Error);
      expect(await fault.whenHit).toMatchObject({ kind: "execute", connection: 1 });
      const next = await connect();
      await next.execute("insert into things (id) values (?)", 4);
      expect(await ids()).toEqual([1, 2, 4]);
    });

    it("strikes one of many connections that send the same at the same time, and says which", async () => {
      const clients: TestClient[] = [];
      for (let count = 0; count < 6; count++) clients.push(await connect());
      const fault = proxy().inject({ when: runs(/^insert/), nth: 4, point: "after-forward", action: "cut" });
      const outcomes = await Promise.all(
        clients.map((client, index) => outcome(client.execute("insert into things (id) values (?)", index + 1))),
      );
      const { connection } = await fault.whenHit;
      expect(outcomes.map((result) => result === "answered")).toEqual(clients.map((_, at) => at + 1 !== connection));
      expect(await ids()).toEqual([1, 2, 3, 4, 5, 6]);
      expect(proxy().connections()).toBe(5);
    });

    it("strikes none once it is disarmed, and several strike one after another", async () => {
      const client = await connect();
      const all = { when: runs(/^insert/), point: "after-forward", action: { delayMs: 1 } } as const;
      const [disarmed, first, second] = [proxy().inject(all), proxy().inject(all), proxy().inject(all)];
      disarmed.disarm();
      await client.query("insert into things (id) values (1)");
      expect([disarmed.hit, first.hit?.sql, second.hit]).toEqual([undefined, expect.stringMatching("1"), undefined]);
      await client.query("insert into things (id) values (2)");
      expect([disarmed.hit, second.hit?.sql]).toEqual([undefined, expect.stringMatching("2")]);
      await client.query("insert into things (id) values (3)");
      expect(await ids()).toEqual([1, 2, 3]);
    });

    it("strikes after-forward when all is done, even if rows were answered before", async () => {
      const many = "insert into things select g, repeat('n', 100) from generate_series(1, 2000) g returning *";
      const call = engine === "postgres" ? `${many}; select pg_sleep(0.5)` : "call add_slowly()";
      if (engine !== "postgres") {
        await direct(`create procedure add_slowly() begin
        start transaction; insert into things values (1, repeat('n', 100000)); select * from things; do sleep(0.5); commit;
        end`);
      }
      const client = await connect();
      const fault = proxy().inject({ when: runs(/add_slowly|returning/), point: "after-forward", action: "cut" });
      const calling = outcome(client.query(call));
      await fault.whenHit;
      expect((await ids()).at(0)).toBe(1);
      expect(await calling).toBeInstanceOf(Error);
    });

    it("waits for the server's answer after-forward, and for nothing if unanswered", async () => {
      for (const point of ["after-forward", "after-forward-unanswered"] as const) {
        await direct("delete from things");
        const [blocker, client] = [await connect(), await connect()];
        await blocker.query("begin");
        await blocker.query(insert);
        const fault = proxy().inject({ when: runs(/^insert/), point, action: "cut" });
        const blocked = outcome(client.query(insert));
        await wait(300);
        expect(fault.hit === undefined).toBe(point === "after-forward");
        await blocker.query("rollback");
        expect(await blocked).toBeInstanceOf(Error);
        await fault.whenHit;
        // A server that works on a statement does not notice that the client has gone.
        await eventually(async () => expect(await ids()).toEqual([1]));
      }
    });

    it("may let a delayed message take effect after its client has given up", async () => {
      const client = await connect();
      const fault = proxy().inject({ when: runs(/^insert/), point: "before-forward", action: { delayMs: 300 } });
      void outcome(client.query(insert));
      await fault.whenHit;
      client.destroy();
      await eventually(async () => expect(proxy().connections()).toBe(0));
      expect(await ids()).toEqual([]);
      await eventually(async () => expect(await ids()).toEqual([1]));
      await eventually(async () => expect(await serverConnections()).toBe(0));
    });

    it("frees what an open transaction has locked when the client of a swallowed commit gives up", async () => {
      const client = await connect();
      await client.query("begin");
      await client.query(insert);
      const fault = proxy().inject({ when: runs(/^commit/), point: "before-forward", action: "swallow" });
      void outcome(client.query("commit"));
      await fault.whenHit;
      const waiting = direct(insert);
      expect(await outcome(waiting, 200)).toBe("silent");
      client.destroy();
      expect(await outcome(waiting)).toBe("answered");
    });

    it("does not strike if the client left before the server answered", async () => {
      const [blocker, client] = [await connect(), await connect()];
      await blocker.query("begin");
      await blocker.query(insert);
      const fault = proxy().inject({ when: runs(/^insert/), point: "after-forward", action: "cut" });
      void outcome(client.query(insert));
      await eventually(async () => expect(await serverConnections()).toBe(2));
      client.destroy();
      await eventually(async () => expect(proxy().connections()).toBe(1));
      await wait(50);
      expect(fault.hit).toBeUndefined();
      await blocker.query("commit");
    });

    it("strikes a statement that ends its own connection", async () => {
      const client = await connect();
      const suicide =
        engine === "postgres" ? "select pg_terminate_backend(pg_backend_pid())" : "kill connection connection_id()";
      const fault = proxy().inject({ when: runs(/terminate|kill/), point: "after-forward", action: "swallow" });
      expect(await outcome(client.query(suicide), 300)).toBe("silent");
      expect(fault.hit).toMatchObject({ kind: "query", sql: suicide });
    });

    it("strikes a login, which is also a message", async () => {
      const when: ProxyFault["when"] = ({ kind }) => kind === "login";
      for (const point of ["before-forward", "after-forward", "mid-answer"] as const) {
        const fault = proxy().inject({ when, point, action: "cut" });
        expect(await outcome(connect())).toBeInstanceOf(Error);
        expect(await fault.whenHit).toMatchObject({ kind: "login", sql: undefined });
      }
      const late = proxy().inject({ when, point: "after-forward", action: { delayMs: 200 } });
      expect(await (await connect()).query("select 7 as seven")).toEqual([{ seven: 7 }]);
      expect(late.hit).toBeDefined();
    });

    it("strikes a message without an answer right after it was forwarded", async () => {
      const client = await connect();
      const fault = proxy().inject({ when: ({ kind }) => kind === "quit", point: "after-forward", action: "cut" });
      await outcome(client.end());
      expect(await fault.whenHit).toMatchObject({ kind: "quit" });
    });
  },
  ["postgres", "mysql"],
);
