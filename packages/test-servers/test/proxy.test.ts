import { spawn } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import { Readable } from "node:stream";
import { setTimeout as wait } from "node:timers/promises";
import { createConnection } from "mysql2/promise";
import { Client } from "pg";
import { expect, it } from "vitest";
import { runs, startProxy } from "../src/proxy/index.ts";
import { describeEachEngine, eventually, outcome } from "./proxy-harness.ts";
import { startRelay } from "./proxy-relay.ts";

const insertOf = (id: number) => `insert into things (id) values (${id})`;

describeEachEngine("a proxy", ({ engine, proxy, url, directUrl, connect, direct, ids, serverConnections }) => {
  it("forwards a thousand statements, as text and prepared, over connections side by side", async () => {
    const clients = await Promise.all(Array.from({ length: 5 }, () => connect()));
    expect(proxy().connections()).toBe(5);
    const sums = clients.map(async (client, at) => {
      for (let round = 0; round < 100; round++) {
        const id = at * 100 + round;
        await client.execute("insert into things (id, note) values (?, ?)", id, `n${id}`);
        expect(await client.query(`select id, note from things where id = ${id}`)).toEqual([{ id, note: `n${id}` }]);
      }
    });
    await Promise.all(sums);
    expect(await ids()).toEqual(Array.from({ length: 500 }, (_, id) => id));
    await Promise.all(clients.map((client) => client.end()));
    await eventually(async () => expect(proxy().connections()).toBe(0));
  });

  it("forwards large parameters and results unchanged", async () => {
    const client = await connect();
    const note = "ünïcödé ".repeat(120_000);
    await client.execute("insert into things (id, note) values (?, ?)", 1, note);
    await client.query(`insert into things (id, note) values (2, '${note}')`);
    const rows = await client.execute("select id, note from things where id > ? order by id", 0);
    expect(rows.map((row) => [row.id, row.note === note])).toEqual([
      [1, true],
      [2, true],
    ]);
    expect(
      await client.query("select count(*) as c from things where note = (select note from things where id = 1)"),
    ).toEqual([{ c: engine === "postgres" ? "2" : 2 }]);
  });

  // MariaDB accepts no more than 16 MB unless it was started with a higher limit.
  if (engine !== "mariadb")
    it("forwards what takes more than one packet of MySQL", async () => {
      const client = await connect();
      const note = "0123456789abcdef".repeat(1_100_000);
      const fault = proxy().inject({
        when: runs(/^insert.*cdef'\)$/s),
        point: "after-forward",
        action: { delayMs: 1 },
      });
      await client.query(`insert into things (id, note) values (1, '${note}')`);
      expect(fault.hit).toBeDefined();
      const [row] = await client.execute("select note from things where id = ?", 1);
      expect(row?.note === note).toBe(true);
      expect(await client.query("select 7 as seven")).toEqual([{ seven: 7 }]);
    });

  it("finds its messages in a stream that arrives byte by byte", async () => {
    const relay = await startRelay(url(), "byte by byte");
    const client = await connect(relay.url(url()));
    const fault = proxy().inject({ when: runs(/^insert/), nth: 3, point: "before-forward", action: "cut" });
    await client.execute("insert into things (id) values (?)", 1);
    await client.query("insert into things (id) values (2)");
    expect(fault.hit).toBeUndefined();
    expect(await outcome(client.execute("insert into things (id) values (?)", 3))).toBeInstanceOf(Error);
    expect(fault.hit).toMatchObject({ kind: "execute" });
    expect(await ids()).toEqual([1, 2]);
    await relay.close();
  });

  it("finds its message if several arrive together, and answers those before it", async () => {
    const relay = await startRelay(url(), "as they come");
    const client = await connect(relay.url(url()));
    const fault = proxy().inject({ when: runs(/^insert/), nth: 3, point: "after-forward", action: "swallow" });
    const before = relay.received();
    client.sendAtOnce([1, 2, 3].map(insertOf));
    expect(await fault.whenHit).toMatchObject({ sql: insertOf(3) });
    expect(await ids()).toEqual([1, 2, 3]);
    const twoAnswers = relay.received() - before;
    await direct("delete from things");
    const other = await connect(relay.url(url()));
    const start = relay.received();
    await other.query(insertOf(1));
    expect(twoAnswers).toBe(2 * (relay.received() - start));
    await relay.close();
  });

  it.each(["cut", "reset", "swallow"] as const)(
    "forwards what precedes a message, and nothing of what follows it, at a %s before-forward",
    async (action) => {
      const client = await connect();
      const fault = proxy().inject({ when: runs(/^insert/), nth: 2, point: "before-forward", action });
      client.sendAtOnce([1, 2, 3].map(insertOf));
      expect(await fault.whenHit).toMatchObject({ sql: insertOf(2) });
      await eventually(async () => expect(await ids()).toEqual([1]));
      client.destroy();
      await eventually(async () => expect(await serverConnections()).toBe(0));
      expect(await ids()).toEqual([1]);
    },
  );

  it("forwards in order what follows a delayed message", async () => {
    const client = await connect();
    const fault = proxy().inject({ when: runs(/^insert/), point: "before-forward", action: { delayMs: 200 } });
    client.sendAtOnce([insertOf(1), "update things set id = 2 where id = 1"]);
    await fault.whenHit;
    expect(await ids()).toEqual([]);
    await eventually(async () => expect(await ids()).toEqual([2]));
  });

  if (engine !== "postgres")
    it("knows that MySQL does not answer when a statement is closed", async () => {
      const client = await createConnection(url());
      const sql = "select ? as one";
      await client.execute(sql, ["1"]);
      const slow = { point: "after-forward", action: { delayMs: 1 } } as const;
      const closing = proxy().inject({ when: ({ kind }) => kind === "close", ...slow });
      const fault = proxy().inject({ when: runs(/seven/), ...slow });
      client.unprepare(sql);
      expect(await outcome(client.query("select 7 as seven"))).toBe("answered");
      expect([closing.hit, fault.hit]).toMatchObject([{ kind: "close", sql }, { kind: "query" }]);
      await client.end();
    });

  it.each(["cut", "swallow"] as const)("does not send the server a byte of a message before a %s", async (action) => {
    const relay = await startRelay(directUrl(), "as they come");
    const counted = await startProxy({ engine, url: relay.url(directUrl()) });
    const client = await connect(counted.url(directUrl()));
    await client.execute("insert into things (id) values (?)", 1);
    const before = relay.sent();
    const fault = counted.inject({ when: runs(/^insert/), point: "before-forward", action });
    void outcome(client.execute("insert into things (id) values (?)", 2));
    await fault.whenHit;
    await wait(200);
    expect(relay.sent()).toBe(before);
    await Promise.all([counted.close(), relay.close()]);
  });

  it.each([1, 7, 20])("lets exactly %i bytes of an answer through", async (bytes) => {
    const relay = await startRelay(url(), "as they come");
    for (const action of [{ delayMs: 200 }, "cut", "reset", "swallow"] as const) {
      const client = await connect(relay.url(url()));
      const before = relay.received();
      const fault = proxy().inject({ when: runs(/seven/), point: "mid-answer", bytes, action });
      const call = outcome(client.query("select 7 as seven"), 400);
      await fault.whenHit;
      await eventually(async () => expect(relay.received() - before).toBe(bytes));
      const isLate = typeof action === "object";
      expect((await call) === "answered").toBe(isLate);
      if (!isLate) expect(relay.received() - before).toBe(bytes);
    }
    await relay.close();
  });

  it("knows the SQL of statements that are prepared once and run often", async () => {
    const client = await connect();
    const seen: unknown[] = [];
    proxy().inject({
      when: (message) => {
        seen.push([message.kind, message.sql?.replace(/\$\d/, "?")]);
        return false;
      },
      point: "before-forward",
      action: "cut",
    });
    await client.execute("select ? as one", "1");
    await client.execute("select ? as two", "2");
    await client.execute("select ? as one", "3");
    const [one, two] = ["one", "two"].map((name) => ["execute", `select ? as ${name}`]);
    const prepared = (message: unknown) => (engine === "postgres" ? [] : [["prepare", (message as string[])[1]]]);
    expect(seen).toEqual([...prepared(one), one, ...prepared(two), two, one]);
  });

  it("knows where an answer ends, be it rows, several results or an error", async () => {
    if (engine !== "postgres") {
      await direct(
        "create procedure two_results() begin select 1 as a; delete from things; select id from things; end",
      );
    }
    const texts = ["delete from things", "select id from things", "select 1 as a, repeat('n', 70000) as b"];
    const several = engine === "postgres" ? "select 1; select 2; delete from things" : "call two_results()";
    for (const sql of [...texts, several]) {
      for (const way of engine === "postgres" && sql === several ? ["query"] : ["query", "execute"]) {
        const client = await connect();
        const run = () => outcome(way === "query" ? client.query(sql) : client.execute(sql));
        expect(await run()).toBe("answered");
        const all = { when: runs(/./), point: "mid-answer", bytes: Number.POSITIVE_INFINITY, action: "cut" } as const;
        const fault = proxy().inject(all);
        // If it were too early, the client would lack the rest. If it were too late, the fault would not strike.
        expect(await run()).toBe("answered");
        expect(fault.hit).toMatchObject({ kind: way, sql });
      }
    }
    const client = await connect();
    const fault = proxy().inject({ when: runs(/./), point: "after-forward", action: { delayMs: 1 } });
    expect(await outcome(client.query("select nonsense"))).toMatchObject({
      message: expect.stringMatching("nonsense"),
    });
    expect(fault.hit).toMatchObject({ sql: "select nonsense" });
  });

  // MySQL's server accepts no files unless it was started so.
  if (engine !== "mysql")
    it("forwards what a statement requests from its client", async () => {
      const fault = proxy().inject({ when: runs(/^(copy|load)/), point: "after-forward", action: { delayMs: 50 } });
      const seven = proxy().inject({ when: runs(/seven/), point: "after-forward", action: { delayMs: 1 } });
      if (engine === "postgres") {
        const client = await connect();
        await expect(client.query("copy things from stdin")).rejects.toThrow(/COPY from stdin failed/);
        expect(await client.query("select 7 as seven")).toEqual([{ seven: 7 }]);
      } else {
        const client = await createConnection(url());
        const infileStreamFactory = () => Readable.from([Buffer.from("1\n2\n")]);
        await client.query({ sql: "load data local infile 'f' into table things (id)", infileStreamFactory });
        expect(await ids()).toEqual([1, 2]);
        expect((await client.query("select 7 as seven"))[0]).toEqual([{ seven: 7 }]);
        await client.end();
      }
      expect([fault.hit, seven.hit]).toMatchObject([{ kind: "query" }, { kind: "query" }]);
    });

  it("offers no encryption", async () => {
    if (engine === "postgres") {
      const client = new Client({ connectionString: url(), ssl: { rejectUnauthorized: false } });
      await expect(client.connect()).rejects.toThrow(/does not support SSL/);
    } else {
      await expect(createConnection({ uri: url(), ssl: { rejectUnauthorized: false } })).rejects.toThrow(/secure/);
    }
  });

  it("forwards the full authentication of a user whom the server has not seen", async () => {
    const name = `stranger_${Date.now() % 1e9}`;
    const password = "secret";
    await direct(
      engine === "postgres"
        ? `create role ${name} login password '${password}'`
        : `create user ${name} identified by '${password}'`,
    );
    if (engine !== "postgres") await direct(`grant all on ${new URL(directUrl()).pathname.slice(1)}.* to ${name}`);
    const right = Object.assign(new URL(url()), { username: name, password });
    const slow = { point: "after-forward", action: { delayMs: 1 } } as const;
    const login = proxy().inject({ when: ({ kind }) => kind === "login", ...slow });
    const seven = proxy().inject({ when: runs(/seven/), ...slow });
    const client = await connect(right.href);
    expect(await client.query("select 7 as seven")).toEqual([{ seven: 7 }]);
    // The exchange between login and statement was taken for neither.
    expect([login.hit, seven.hit]).toMatchObject([{ kind: "login" }, { kind: "query" }]);
    right.password = "wrong";
    await expect(connect(right.href)).rejects.toThrow(/password|denied/i);
    await client.end();
    await direct(`drop ${engine === "postgres" ? "role" : "user"} ${name}`);
  });

  it("is silent on old and new connections while paused, and then sends everything in order", async () => {
    const [one, two] = [await connect(), await connect()];
    proxy().pause();
    proxy().pause();
    const early = one.query("insert into things (id) values (1)");
    const late = connect().then((client) => client.query("select 7 as seven"));
    for (const call of [early, late]) expect(await outcome(call, 200)).toBe("silent");
    expect(await ids()).toEqual([]);
    proxy().resume();
    await early;
    expect(await late).toEqual([{ seven: 7 }]);
    expect(await two.query("select id from things")).toEqual([{ id: 1 }]);
  });

  it("holds back an answer that arrives while it is paused", async () => {
    const client = await connect();
    const sent = proxy().inject({ when: runs(/sleep/), point: "after-forward-unanswered", action: { delayMs: 0 } });
    const slow = engine === "postgres" ? "pg_sleep(0.3)::text" : "sleep(0.3)";
    const call = client.query(`insert into things (id, note) select 1, ${slow}`);
    await sent.whenHit;
    proxy().pause();
    await eventually(async () => expect(await ids()).toEqual([1]));
    expect(await outcome(call, 100)).toBe("silent");
    proxy().resume();
    expect(await outcome(call)).toBe("answered");
  });

  it("holds back what a fault delays even if a pause ends in between, and what is paused even if the delay ends", async () => {
    for (const id of [1, 2]) {
      const client = await connect();
      const fault = proxy().inject({ when: runs(/^insert/), point: "before-forward", action: { delayMs: 300 } });
      const call = client.query(insertOf(id));
      await fault.whenHit;
      proxy().pause();
      if (id === 2) await wait(400);
      if (id === 2) expect(await ids()).toEqual([1]);
      proxy().resume();
      if (id === 1) expect(await outcome(call, 100)).toBe("silent");
      expect(await outcome(call)).toBe("answered");
    }
    expect(await ids()).toEqual([1, 2]);
  });

  it("conceals from the server that a client has left while it is paused", async () => {
    const client = await connect();
    proxy().pause();
    client.destroy();
    await eventually(async () => expect(proxy().connections()).toBe(0));
    expect(await serverConnections()).toBe(1);
    proxy().resume();
    await eventually(async () => expect(await serverConnections()).toBe(0));
  });

  it("conceals from the client that the server has left while it is paused", async () => {
    const client = await connect();
    const [row] = await client.query(`select ${engine === "postgres" ? "pg_backend_pid" : "connection_id"}() as id`);
    proxy().pause();
    await direct(engine === "postgres" ? `select pg_terminate_backend(${row?.id})` : `kill ${row?.id}`);
    await eventually(async () => expect(await serverConnections()).toBe(0));
    const call = client.query("select 1");
    expect(await outcome(call, 200)).toBe("silent");
    proxy().resume();
    expect(await outcome(call)).toBeInstanceOf(Error);
  });

  it("refuses new connections as if nothing listened, keeps the old ones, and accepts new ones again", async () => {
    const client = await connect();
    proxy().refuse();
    await expect(connect()).rejects.toMatchObject({ code: "ECONNREFUSED" });
    expect(await client.query("select 7 as seven")).toEqual([{ seven: 7 }]);
    await proxy().accept();
    await proxy().accept();
    expect(await (await connect()).query("select 7 as seven")).toEqual([{ seven: 7 }]);
  });

  it("cuts all connections, paused or not, and accepts new ones", async () => {
    const clients = [await connect(), await connect()];
    proxy().pause();
    const calls = clients.map((client) => outcome(client.query("select 1")));
    proxy().cutAll();
    for (const error of await Promise.all(calls)) expect(error).toBeInstanceOf(Error);
    expect(proxy().connections()).toBe(0);
    await eventually(async () => expect(await serverConnections()).toBe(0));
    proxy().resume();
    expect(await (await connect()).query("select 7 as seven")).toEqual([{ seven: 7 }]);
  });

  it("closes its clients' connections if the server cannot be reached", async () => {
    const nowhere = await startProxy({ engine, url: Object.assign(new URL(directUrl()), { port: "1" }).href });
    expect(await outcome(connect(nowhere.url(url())))).toBeInstanceOf(Error);
    await eventually(async () => expect(nowhere.connections()).toBe(0));
    await nowhere.close();
  });

  it("releases everything when it is closed, so that its process can end", async () => {
    const holder = join(import.meta.dirname, "proxy-process.ts");
    const child = spawn(process.execPath, [holder, engine, directUrl()], { stdio: ["ignore", "pipe", "inherit"] });
    try {
      const exit = once(child, "exit");
      expect(String((await once(child.stdout, "data"))[0])).toBe("closed\n");
      expect(await Promise.race([exit, wait(5000, "still there")])).toEqual([0, null]);
    } finally {
      child.kill("SIGKILL");
    }
  });
});
