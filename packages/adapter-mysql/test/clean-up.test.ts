import { booking, creation, slotAt } from "@slotwright/conformance";
import { type Connection, createConnection, createPool, type RowDataPacket } from "mysql2/promise";
import { expect, it } from "vitest";
import { type MysqlConnection, mysqlAdapter } from "../src/index.ts";
import { currentReleases, inNamespace } from "../src/migrations.ts";
import { describeOnEachServer } from "./each-server.ts";
import { openMysqlStore } from "./mysql-harness.ts";

const slot = slotAt(0);

/**
 * A server with `innodb_rollback_on_timeout`: a lock wait that times out ends the transaction. The option can only be
 * set at startup.
 */
function rollingBackOnTimeout(connection: Connection): MysqlConnection {
  return {
    query: (options) => connection.query(options),
    execute: async (options) => {
      try {
        return await connection.execute(options);
      } catch (error) {
        await connection.query("rollback");
        throw error;
      }
    },
  };
}

async function until(check: () => Promise<boolean>): Promise<void> {
  while (!(await check())) await new Promise((resolve) => setTimeout(resolve, 20));
}

describeOnEachServer("if clean-up fails,", (server, engine) => {
  it("a host learns that its transaction has ended, and why", async () => {
    const store = await openMysqlStore(server);
    await store.storage.commit([creation(slot)]);
    const [host, other] = [await createConnection(store.url), await createConnection(store.url)];
    await other.beginTransaction();
    await other.query("select * from slotwright_slots where id = 'slot-0' for update");
    await host.query("set innodb_lock_wait_timeout = 1");
    const inside = mysqlAdapter({ uri: store.url }).within(rollingBackOnTimeout(host));
    for (const call of [() => inside.commit([booking(slot)]), () => inside.load([{ kind: "slot", id: slot.id }])]) {
      await host.beginTransaction();
      await expect(call()).rejects.toMatchObject({
        failure: "transient",
        message: expect.stringMatching(/has ended.*Lock wait timeout/),
        cause: { errno: 1205 },
      });
    }
    await Promise.all([host.end(), other.end()]);
    await store.close();
  });

  it("a migration rejects with the first error", async () => {
    const { url, drop } = await server.createDatabase();
    const admin = await createConnection(url);
    const blocker = await createConnection(url);
    // What a killed run leaves behind: the tables without their triggers.
    const [initial] = inNamespace(currentReleases[engine], { prefix: "slotwright_", database: undefined }).migrations;
    await admin.query("set sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION'");
    for (const { kind, statement } of initial.objects) {
      if (kind === "table") await admin.query(statement);
    }
    await blocker.beginTransaction();
    await blocker.query("select * from slotwright_slots");
    const pool = createPool({ uri: url, connectionLimit: 1 });
    const thread = (await pool.query<RowDataPacket[]>("select connection_id() as id"))[0][0]?.id;
    await pool.query(
      "create table slotwright_migrations (version int primary key, name varchar(600) not null, oldest_code int not null)",
    );
    const migrating = mysqlAdapter({ pool }).migrate();
    const outcome = migrating.then(
      () => undefined,
      (error: unknown) => error,
    );
    await until(async () => {
      const [rows] = await admin.query<RowDataPacket[]>(
        "select state as s from information_schema.processlist where id = ?",
        [thread],
      );
      return /metadata lock/i.test(rows[0]?.s ?? "");
    });
    await admin.query(`kill ${thread}`);
    const error = (await outcome) as Error & { cause: Error };
    // What it waited for may have been done before it was told.
    expect(error).toMatchObject({ failure: "unknown" });
    expect(error.cause.message).not.toMatch(/closed state/);
    await blocker.end();
    await pool.end();
    await admin.end();
    await drop();
  });
});
