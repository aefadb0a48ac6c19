import { migrationStatements } from "@slotwright/adapter-sql";
import { contractCalls, migrateInProcesses } from "@slotwright/adapter-sql/conformance";
import { booking, creation, slotAt } from "@slotwright/conformance";
import { StorageError } from "@slotwright/core/adapter";
import type { TestDatabase } from "@slotwright/test-servers";
import { type Connection, createConnection, createPool, type RowDataPacket } from "mysql2/promise";
import { afterEach, beforeEach, expect, it } from "vitest";
import { migrationSql, mysqlAdapter } from "../src/index.ts";
import { currentReleases, inNamespace } from "../src/migrations.ts";
import { mysqlStrategy } from "../src/strategy.ts";
import { describeOnEachServer } from "./each-server.ts";

const slot = slotAt(0);
const whole = { from: 0, to: 1, applied: ["initial"] };
const nothing = { from: 1, to: 1, applied: [] };

describeOnEachServer("migrations", (server, engine) => {
  const strategy = mysqlStrategy({ prefix: "slotwright_", database: undefined }, engine);
  const bookkeeping = migrationStatements(strategy);
  let database: TestDatabase;
  let admin: Connection;

  beforeEach(async () => {
    database = await server.createDatabase();
    admin = await createConnection(database.url);
  });
  afterEach(async () => {
    await admin.end();
    await database.drop();
  });

  async function worksOn(uri: string, options: { tablePrefix?: string } = {}): Promise<void> {
    const storage = mysqlAdapter({ uri, ...options });
    expect(await storage.commit([creation(slot)])).toEqual([{ status: "committed" }]);
    expect(await storage.commit([booking(slot)])).toEqual([{ status: "committed" }]);
    await storage.close();
  }

  const migrated = async (uri = database.url, options: { tablePrefix?: string; database?: string } = {}) => {
    const storage = mysqlAdapter({ uri, ...options });
    try {
      return await storage.migrate();
    } finally {
      await storage.close();
    }
  };

  /** Everything that was created, as the server describes it, without what depends on the time of creation. */
  async function schemaOf(connection: Connection): Promise<unknown> {
    const [tables] = await connection.query<RowDataPacket[]>("show tables");
    const described: unknown[] = [];
    for (const table of tables.flatMap((row) => Object.values(row))) {
      const [rows] = await connection.query<RowDataPacket[]>(`show create table ${table}`);
      described.push(String(rows[0]?.["Create Table"]).replace(/ AUTO_INCREMENT=\d+/, ""));
    }
    const [routines] = await connection.query<RowDataPacket[]>(
      `select routine_name as name, sha2(routine_definition, 256) as text, sql_mode as mode from information_schema.routines where routine_schema = database()
       union all select trigger_name, sha2(action_statement, 256), sql_mode from information_schema.triggers where trigger_schema = database() order by 1`,
    );
    return [described, routines];
  }

  it("create what is missing, and nothing the second time", async () => {
    expect(await migrated()).toEqual(whole);
    expect(await migrated()).toEqual(nothing);
    await worksOn(database.url);
  });

  it("continue wherever a previous run was killed", async () => {
    const [initial] = inNamespace(currentReleases[engine], { prefix: "slotwright_", database: undefined }).migrations;
    const steps = [bookkeeping.createTable, ...initial.objects.map(({ statement }) => statement)];
    const reference = await server.createDatabase();
    await migrated(reference.url);
    const expected = await connected(reference.url, schemaOf);
    for (let done = 1; done <= steps.length; done += engine === "mysql" ? 4 : 2) {
      const half = await server.createDatabase();
      await connected(half.url, async (connection) => {
        await connection.query("set sql_mode = 'STRICT_ALL_TABLES,NO_ENGINE_SUBSTITUTION'");
        for (const step of steps.slice(0, done)) await connection.query(step);
      });
      await expect(mysqlAdapter({ uri: half.url }).load([]), `after ${done}`).rejects.toMatchObject({
        failure: "schema_outdated",
      });
      expect(await migrated(half.url)).toEqual(whole);
      expect(await connected(half.url, schemaOf)).toEqual(expected);
      await half.drop();
    }
    await reference.drop();
  });

  it("are applied by one of several processes that start at the same time", async () => {
    const options = Array(4).fill({ uri: database.url });
    const reports = await migrateInProcesses(new URL("storage-process.ts", import.meta.url), options);
    expect(reports.filter(({ applied }) => applied.length > 0)).toEqual([whole]);
    expect(reports.filter(({ applied }) => applied.length === 0)).toEqual([nothing, nothing, nothing]);
    await worksOn(database.url);
  });

  it("are nothing to do for a role that may only read, write and call, and that role can book", async () => {
    await migrated();
    const name = `role_${database.name.slice(-8)}`;
    await admin.query(`create user ${name} identified by 'secret-password'`);
    await admin.query(`grant select, insert, update, execute on ${database.name}.* to ${name}`);
    const url = new URL(database.url);
    url.username = name;
    url.password = "secret-password";
    expect(await migrated(url.href)).toEqual(nothing);
    await worksOn(url.href);
    await admin.query("drop procedure slotwright_commit_v1");
    const storage = mysqlAdapter({ uri: url.href });
    await expect(storage.commit([booking(slot)])).rejects.toMatchObject({ failure: "schema_outdated" });
    await storage.close();
    const empty = await server.createDatabase();
    await admin.query(`grant select, insert, update, execute on ${empty.name}.* to ${name}`);
    url.pathname = empty.name;
    const failed = await migrated(url.href).catch((error: unknown) => error as Error);
    expect(failed).toMatchObject({ failure: "unavailable", message: expect.stringMatching(/grant CREATE, /) });
    expect((failed as Error).message).not.toContain("secret-password");
    await admin.query(`drop user ${name}`);
    await empty.drop();
  });

  it("need the privileges that their error names, and no more", async () => {
    const named = ["CREATE", "ALTER", "DROP", "INDEX", "REFERENCES", "TRIGGER", "CREATE ROUTINE", "ALTER ROUTINE"];
    const all = [...named, "SELECT", "INSERT", "UPDATE", "EXECUTE"];
    const name = `migrator_${database.name.slice(-8)}`;
    await admin.query(`create user ${name} identified by 'secret-password'`);
    await admin.query("set global log_bin_trust_function_creators = 1");
    const url = new URL(database.url);
    url.username = name;
    url.password = "secret-password";
    const needed = ["CREATE", "INDEX", ...(engine === "mysql" ? ["REFERENCES"] : []), "TRIGGER", "CREATE ROUTINE"];
    for (const lacking of needed) {
      await admin.query(`grant ${all.filter((one) => one !== lacking).join()} on ${database.name}.* to ${name}`);
      const refused = await migrated(url.href).catch((error: unknown) => error as StorageError);
      expect(refused, lacking).toMatchObject({ failure: "unavailable" });
      for (const privilege of all) expect((refused as StorageError).message, lacking).toContain(privilege);
      await admin.query(`grant ${lacking} on ${database.name}.* to ${name}`);
      if (lacking === "CREATE ROUTINE") expect(await migrated(url.href)).toEqual(whole);
      await admin.query(`revoke all on ${database.name}.* from ${name}`);
    }
    await admin.query(`drop user ${name}`);
    await worksOn(database.url).catch((error: StorageError) => expect(error.message).toMatch(/is gone/));
  });

  it("are printed as a script that creates the same", async () => {
    const script = migrationSql({ server: engine });
    const printed = await server.createDatabase();
    await connected(printed.url, async (connection) => {
      // As the command-line client does after DELIMITER.
      for (const statement of script.split("\n").slice(1, -2).join("\n").split(";;\n")) {
        if (statement.trim() !== "") await connection.query(statement.replace(/;;\s*$/, ""));
      }
    });
    await migrated();
    expect(await connected(printed.url, schemaOf)).toEqual(await schemaOf(admin));
    expect(await migrated(printed.url)).toEqual(nothing);
    await worksOn(printed.url);
    await printed.drop();
    expect(migrationSql({ server: engine, from: 1 })).not.toContain("trigger");
  });

  it("stay within their prefix and their database", async () => {
    await migrated();
    await migrated(database.url, { tablePrefix: "other_" });
    await worksOn(database.url, { tablePrefix: "other_" });
    const url = new URL(database.url);
    url.pathname = "";
    const pool = createPool({ uri: url.href });
    const unnamed = mysqlAdapter({ pool });
    await expect(unnamed.load([])).rejects.toMatchObject({ failure: "unavailable", message: /No database/ });
    const named = mysqlAdapter({ pool, database: database.name });
    expect(await named.load([{ kind: "slot", id: slot.id }])).toEqual([undefined]);
    expect(await named.commit([creation(slot)])).toEqual([{ status: "committed" }]);
    const elsewhere = mysqlAdapter({ pool, database: database.name, tablePrefix: "third_" });
    expect(await elsewhere.migrate()).toEqual(whole);
    expect(await elsewhere.commit([creation(slot)])).toEqual([{ status: "committed" }]);
    await pool.end();
    for (const tablePrefix of ["a`b", "1", "a b", "x".repeat(30)]) {
      await expect(migrated(database.url, { tablePrefix })).rejects.toMatchObject({ failure: "misused" });
    }
  });

  it("leave a host's table with one of their names alone", async () => {
    await admin.query("create table schedules (id int)");
    for (let run = 0; run < 2; run++) {
      await expect(migrated(database.url, { tablePrefix: "" })).rejects.toMatchObject({
        failure: "unavailable",
        message: expect.stringContaining("tablePrefix"),
      });
    }
    const [tables] = await admin.query<RowDataPacket[]>("show tables");
    expect(tables).toHaveLength(1);
  });

  it("change no setting of the host's connection", async () => {
    const pool = createPool({ uri: database.url, connectionLimit: 1 });
    await pool.query("set sql_mode = 'ANSI_QUOTES'");
    await mysqlAdapter({ pool }).migrate();
    const [rows] = await pool.query<RowDataPacket[]>("select @@sql_mode as mode");
    expect(rows).toEqual([{ mode: "ANSI_QUOTES" }]);
    await pool.end();
    await worksOn(database.url);
  });

  it("that are too old or too new for the code are refused", async () => {
    const storage = mysqlAdapter({ uri: database.url });
    for (const call of contractCalls) {
      await expect(call(storage)).rejects.toMatchObject({ failure: "schema_outdated" });
    }
    await storage.migrate();
    await storage.load([]);
    await storage.close();
    await admin.query("insert into slotwright_migrations values (2, 'later', 2)");
    const later = mysqlAdapter({ uri: database.url });
    await expect(later.load([])).rejects.toMatchObject({ failure: "schema_too_new" });
    await expect(later.migrate()).rejects.toBeInstanceOf(StorageError);
    await later.close();
  });
});

async function connected<T>(url: string, work: (connection: Connection) => Promise<T>): Promise<T> {
  const connection = await createConnection(url);
  try {
    return await work(connection);
  } finally {
    await connection.end();
  }
}
