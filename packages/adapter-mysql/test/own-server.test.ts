import { booking, creation, slotAt } from "@slotwright/conformance";
import { type OwnServer, startOwnServer, type TestDatabase } from "@slotwright/test-servers";
import { runs, startProxy } from "@slotwright/test-servers/proxy";
import { noServer } from "@slotwright/test-servers/vitest";
import { type Connection, createConnection, createPool, type RowDataPacket } from "mysql2/promise";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { mysqlAdapter } from "../src/index.ts";
import { failure } from "./failure.ts";

const slot = slotAt(0);
const next = slotAt(30);
const key = { kind: "slot", id: slot.id } as const;
const pause = (ms: number) => new Promise((resolve) => setTimeout(resolve, ms));

async function untilFound<Answer extends readonly [readonly unknown[], ...unknown[]]>(
  ask: () => Promise<Answer>,
): Promise<Answer> {
  for (;;) {
    const answer = await ask();
    if (answer[0].length > 0) return answer;
    await pause(10);
  }
}

describe.each(["mariadb", "mysql"] as const)("a %s server of the test's own", (engine) => {
  let server: OwnServer | undefined;
  let database: TestDatabase;

  beforeAll(async () => {
    server = await startOwnServer(engine);
    if (server !== undefined) database = await server.createDatabase();
  });
  afterAll(async () => {
    await server?.stop();
  });

  it("may restart, or die during a commit, under a live pool and process", async ({ skip }) => {
    if (server === undefined) return skip(noServer(engine));
    const pool = createPool({ uri: database.url, connectionLimit: 4 });
    const storage = mysqlAdapter({ pool });
    await storage.migrate();
    await storage.commit([creation(slot, next)]);
    await server.process.restart();
    expect(await storage.load([key])).toEqual([slot]);
    const admin = await createConnection(database.url);
    admin.on("error", () => {});
    await admin.beginTransaction();
    await admin.query("insert into slotwright_commands values (?, 'h', '1', null)", [booking(slot).command.id]);
    const commit = storage.commit([booking(slot)]);
    commit.catch(() => {});
    await pause(300);
    await server.process.kill();
    expect(await failure(commit)).toBe("unknown");
    expect(await failure(storage.load([key]))).toMatch(/unavailable|transient/);
    await server.process.restart();
    expect(await storage.load([key])).toEqual([slot]);
    expect(await storage.commit([booking(slot)])).toEqual([{ status: "committed" }]);
    await pool.end();
  });

  it("that ends a migration's connection leaves it unknown whether its step was done, and the next call goes on from there", async ({
    skip,
  }) => {
    if (server === undefined) return skip(noServer(engine));
    const empty = await server.createDatabase();
    const admin = await createConnection(empty.url);
    const storage = mysqlAdapter({ uri: empty.url });
    // Nothing can be created meanwhile.
    await admin.query("flush tables with read lock");
    const migration = failure(storage.migrate(), /unknown whether the last step.*call migrate\(\) again/);
    const [[waiting]] = await untilFound(() =>
      admin.query<RowDataPacket[]>(
        "select id as id from information_schema.processlist where db = database() and info like 'create%'",
      ),
    );
    await admin.query(`kill connection ${waiting?.id}`);
    expect(await migration).toBe("unknown");
    await admin.query("unlock tables");
    expect(await storage.migrate()).toMatchObject({ to: 1 });
    await Promise.all([storage.close(), admin.end()]);
  });

  it("that takes only small packets gets many, and a row that exceeds one is refused", async ({ skip }) => {
    if (server === undefined) return skip("there is no server that may be changed");
    const admin = await createConnection(database.url);
    const [[before]] = await admin.query<RowDataPacket[]>("select @@global.max_allowed_packet as most");
    await admin.query("set global max_allowed_packet = 65536");
    const storage = mysqlAdapter({ uri: database.url });
    const many = Array.from({ length: 20 }, (_, index) =>
      slotAt(3000 + index * 30, { metadata: { large: "x".repeat(10_000) } }),
    );
    const publish = {
      ...creation(...many),
      command: { id: "packets", requestHash: "", result: 1 },
      put: many,
      expect: [],
    };
    expect(await storage.commit([publish])).toEqual([{ status: "committed" }]);
    const huge = {
      ...publish,
      command: { id: "huge", requestHash: "", result: "x".repeat(60_000) },
      put: [],
      journal: [],
    };
    const small = { ...huge, command: { id: "small", requestHash: "", result: 1 } };
    const host = await createConnection(database.url);
    await host.beginTransaction();
    for (const each of [storage, storage.within(host)]) {
      await expect(each.commit([small, huge])).rejects.toMatchObject({
        failure: "refused",
        message: expect.stringMatching(/max_allowed_packet/),
      });
    }
    await Promise.all([host.end(), storage.close()]);
    await admin.query(`set global max_allowed_packet = ${before?.most}`);
    await admin.end();
  });

  it("that accepts no writes is read_only, and still answers reads", async ({ skip }) => {
    if (server === undefined) return skip(noServer(engine));
    const admin = await createConnection(database.url);
    await admin.query("create user app identified by 'secret'");
    await admin.query(`grant all on ${database.name}.* to app`);
    await admin.query("set global read_only = 1");
    const url = new URL(database.url);
    url.username = "app";
    url.password = "secret";
    const storage = mysqlAdapter({ uri: url.href });
    expect(await storage.load([{ kind: "slot", id: next.id }])).toEqual([next]);
    expect(await failure(storage.commit([booking(next)]), /takes no writes/)).toBe("read_only");
    await admin.query("set global read_only = 0");
    expect(await storage.commit([booking(next)])).toEqual([{ status: "committed" }]);
    await storage.close();
    await admin.end();
  });

  it("that accepts no writes any more, and has forgotten a call that waits on it, is left by a URI of several", async ({
    skip,
  }) => {
    if (server === undefined) return skip(noServer(engine));
    const admin = await createConnection(database.url);
    const [first, second] = [await startProxy(server), await startProxy(server)];
    const hosts = [first, second].map((way) => new URL(way.url(database.url)).host);
    const storage = mysqlAdapter({ uri: database.url.replace(new URL(database.url).host, hosts.join()) });
    await storage.load([key]);
    const asked = first.inject({ when: runs(/slotwright_slots/), point: "before-forward", action: "swallow" });
    const call = failure(storage.load([key]), /does not answer/);
    await asked.whenHit;
    try {
      await admin.query("set global read_only = 1");
      expect(await Promise.race([call, pause(15_000)])).toBe("transient");
    } finally {
      await admin.query("set global read_only = 0");
      await Promise.all([storage.close(), admin.end(), first.close(), second.close()]);
    }
  });

  it("that accepts no more connections is transient until one is free again", async ({ skip }) => {
    if (server === undefined) return skip(noServer(engine));
    const admin = await createConnection(database.url);
    const [[before]] = await admin.query<RowDataPacket[]>(
      "select @@max_connections as most, @@max_user_connections as own",
    );
    await admin.query("create user crowd identified by 'secret'");
    await admin.query(`grant all on ${database.name}.* to crowd`);
    // MariaDB takes ten at least.
    await admin.query("set global max_connections = 10");
    const url = new URL(database.url);
    [url.username, url.password] = ["crowd", "secret"];
    const storage = mysqlAdapter({ uri: url.href });
    const crowd: Connection[] = [];
    const fill = async (): Promise<number> => {
      for (;;) {
        try {
          crowd.push(await createConnection(url.href));
        } catch (error) {
          return (error as { errno: number }).errno;
        }
      }
    };
    const leave = () => Promise.all(crowd.splice(0).map((connection) => connection.end()));
    const afterwards = async () => {
      await leave();
      await pause(200);
      expect(await storage.load([{ kind: "slot", id: next.id }])).toMatchObject([{ id: next.id }]);
      await storage.close();
    };
    expect(await fill()).toBe(1040);
    expect(await failure(storage.load([key]), /takes no more connections.*try again/)).toBe("transient");
    await admin.query(`set global max_connections = ${before?.most}`);
    await afterwards();
    await admin.end();
  });

  const limits = [
    [1226, "a user's connections", "alter user few with max_user_connections 1", /no more connections/, "transient"],
    [1203, "any user's connections", "set global max_user_connections = 1", /no more connections/, "transient"],
    [
      1226,
      "a user's connections an hour",
      "alter user few with max_connections_per_hour 1",
      /hourly limit.*ALTER USER/,
      "unavailable",
    ],
  ] as const;
  // MariaDB does not allow a limit for all users at run time unless it was started with one.
  const settable = limits.filter(([errno]) => errno !== 1203 || engine === "mysql");

  it.for(settable)("that limits, by error %i, %s says so", async ([errno, , limiting, says, failed], { skip }) => {
    if (server === undefined) return skip(noServer(engine));
    const admin = await createConnection(database.url);
    await admin.query("create user few identified by 'secret'");
    await admin.query(`grant all on ${database.name}.* to few`);
    await admin.query(limiting);
    const url = new URL(database.url);
    [url.username, url.password] = ["few", "secret"];
    const first = await createConnection(url.href);
    const storage = mysqlAdapter({ uri: url.href });
    const error = await storage.load([key]).catch((reason: unknown) => reason);
    expect(error).toMatchObject({ failure: failed, message: expect.stringMatching(says), cause: { errno } });
    await Promise.all([first.end(), storage.close()]);
    await admin.query("set global max_user_connections = 0").catch(() => {});
    await admin.query("drop user few");
    await admin.end();
  });

  // MariaDB keeps no binary log unless it was started with one.
  if (engine === "mysql") {
    it("that logs its writes reports what a role without more than TRIGGER needs", async ({ skip }) => {
      if (server === undefined) return skip(noServer(engine));
      const empty = await server.createDatabase();
      const admin = await createConnection(empty.url);
      await admin.query(`create user migrator identified by 'secret'`);
      await admin.query(`grant all on ${empty.name}.* to migrator`);
      const url = new URL(empty.url);
      url.username = "migrator";
      url.password = "secret";
      const storage = mysqlAdapter({ uri: url.href });
      await admin.query("set global log_bin_trust_function_creators = 0");
      expect(await failure(storage.migrate(), /log_bin_trust_function_creators.*migrationSql/)).toBe("unavailable");
      await admin.query("set global log_bin_trust_function_creators = 1");
      expect(await storage.migrate()).toMatchObject({ to: 1 });
      await storage.close();
      await admin.end();
    });
  }
});
