import { createEngine, isBookingError } from "@slotwright/core";
import { drizzle } from "drizzle-orm/node-postgres";
import knex from "knex";
import { Kysely, PostgresDialect } from "kysely";
import { Client, Pool } from "pg";
import { expect, it } from "vitest";
import { postgresAdapter } from "../src/index.ts";
import { describeOnServer } from "./on-server.ts";

describeOnServer("what is passed to within() by mistake", (url) => {
  it("is named in the message of an error that is not transient, along with what to pass instead", async () => {
    const pool = new Pool({ connectionString: url(), max: 4 });
    // Every call is refused before the adapter uses the pool, so it does not listen for the errors that a dropped
    // database causes.
    pool.on("error", () => {});
    pool.on("connect", (client) => client.on("error", () => {}));
    const engine = createEngine({ storage: postgresAdapter({ pool }) });
    const says = async (given: unknown) => {
      const error = await engine
        .within(given as never)
        .getSlot("s")
        .catch((thrown: unknown) => thrown);
      if (!isBookingError(error, "storage_misused")) throw error;
      expect(error).toMatchObject({ transient: false, status: 500, cause: { failure: "misused" } });
      expect(error.message).toMatch(/client of pg.*BEGIN.*Kysely.*engine\.transaction\(\)|Run BEGIN/);
      expect(error.message).not.toContain("127.0.0.1");
      return /given (.*?)(,| on which)/.exec(error.message)?.[1];
    };
    expect(await says(undefined)).toBe("undefined");
    expect(await says(null)).toBe("null");
    expect(await says("begin")).toBe("a string");
    expect(await says({})).toBe("a plain object");
    expect(await says(new Map())).toBe("an object of the class Map");
    expect(await says(pool)).toBe("a Pool of pg");
    expect(await says(Promise.resolve())).toBe("a promise");
    const kysely = new Kysely<unknown>({ dialect: new PostgresDialect({ pool }) });
    expect(await says(kysely)).toBe("a Kysely without a transaction");
    const db = drizzle(pool);
    expect(await says(db)).toBe("a database of Drizzle");
    await db.transaction(async (transaction) => expect(await says(transaction)).toBe("a transaction of Drizzle"));
    // Dropping a database ends connections that are closing. An event without a listener would end the process.
    const afterCreate = (client: Client, done: (error: undefined, client: Client) => void) => {
      client.on("error", () => {});
      done(undefined, client);
    };
    const knexes = knex({ client: "pg", connection: url(), pool: { afterCreate } });
    expect(await says(knexes)).toBe("a Knex without a transaction");
    await knexes.transaction(async (transaction) => expect(await says(transaction)).toBe("a transaction of Knex"));
    await knexes.destroy();
    const client = new Client({ connectionString: url() });
    await client.connect();
    expect(await says(client)).toBe("a connection");
    await client.query("begin");
    await client.query("rollback");
    expect(await says(client)).toBe("a connection");
    await client.end();
    await kysely.destroy();
  });

  it("whose transaction has failed must be rolled back, which is not misuse", async () => {
    const client = new Client({ connectionString: url() });
    await client.connect();
    await client.query("begin");
    await client.query("select 1 / 0").catch(() => {});
    const storage = postgresAdapter({ connectionString: url() });
    const engine = createEngine({ storage });
    await expect(engine.within(client).getSlot("s")).rejects.toMatchObject({
      code: "storage_unavailable",
      cause: { message: expect.stringContaining("until ROLLBACK") },
    });
    await client.end();
    await storage.close();
  });

  it("tables that were never migrated are reported as missing, along with how to create them", async () => {
    const storage = postgresAdapter({ connectionString: url(), schema: "never" });
    const engine = createEngine({ storage });
    const calls = [() => engine.getSlot("s"), () => engine.transaction(({ engine }) => engine.getSlot("s"))];
    for (const call of calls) {
      await expect(call()).rejects.toMatchObject({
        code: "schema_outdated",
        transient: false,
        message: expect.stringMatching(/tables are missing.*storage\.migrate\(\)/),
        cause: { message: expect.stringMatching(/has no Slotwright tables.*storage\.migrate\(\)/) },
      });
    }
    await storage.close();
  });
});
