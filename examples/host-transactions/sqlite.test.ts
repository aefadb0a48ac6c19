import { sqliteAdapter } from "@slotwright/adapter-sqlite";
import { createEngine } from "@slotwright/core";
import Database from "better-sqlite3";
import { drizzle } from "drizzle-orm/better-sqlite3";
import knex from "knex";
import { expect, it } from "vitest";
import { sqliteDatabase } from "./testing/databases.ts";
import { describeHosts } from "./testing/describe-hosts.ts";
import { sqliteHosts } from "./testing/sqlite-hosts.ts";

describeHosts("sqlite", sqliteHosts, sqliteDatabase);

it("sqlite: a transaction of Drizzle or Knex itself is refused by name", async () => {
  const { url, drop } = await sqliteDatabase();
  const database = new Database(url);
  const db = knex({ client: "better-sqlite3", connection: { filename: url }, useNullAsDefault: true });
  const engine = createEngine({ storage: sqliteAdapter({ database }) });
  const refusal = (given: unknown) => engine.within(given as never).getSlot("s");
  const byName = (name: string) => ({ code: "storage_misused", message: expect.stringContaining(`given ${name}, `) });
  let ofDrizzle: unknown;
  drizzle({ client: database }).transaction((transaction) => {
    ofDrizzle = transaction;
  });
  await expect(refusal(ofDrizzle)).rejects.toMatchObject(byName("a transaction of Drizzle"));
  await db.transaction((transaction) =>
    expect(refusal(transaction)).rejects.toMatchObject(byName("a transaction of Knex")),
  );
  await db.destroy();
  database.close();
  await drop();
});
