import { createEngine, isBookingError } from "@slotwright/core";
import { Kysely, MysqlDialect } from "kysely";
import callbacks from "mysql2";
import { createConnection } from "mysql2/promise";
import { expect, it } from "vitest";
import { mysqlAdapter } from "../src/index.ts";
import { describeOnEachServer } from "./each-server.ts";
import { openMysqlStore } from "./mysql-harness.ts";

describeOnEachServer("what is passed to within() by mistake", (server) => {
  it("is named in the message of an error that is not transient, along with what to pass instead", async () => {
    const store = await openMysqlStore(server);
    const engine = createEngine({ storage: mysqlAdapter({ pool: store.pool }) });
    const says = async (given: unknown) => {
      const error = await engine
        .within(given as never)
        .getSlot("s")
        .catch((thrown: unknown) => thrown);
      if (!isBookingError(error, "storage_misused")) throw error;
      expect(error).toMatchObject({ transient: false, status: 500, cause: { failure: "misused" } });
      expect(error.message).toMatch(/connection of mysql2.*begun.*Kysely.*engine\.transaction\(\)|START TRANSACTION/);
      expect(error.message).not.toContain("127.0.0.1");
      return /given (.*?)(,| on which)/.exec(error.message)?.[1];
    };
    expect(await says(undefined)).toBe("undefined");
    expect(await says(store.pool)).toBe("a pool of mysql2");
    const pool = callbacks.createPool(store.url);
    expect(await says(pool)).toBe("a pool of mysql2");
    expect(await says(store.pool.getConnection().then((one) => one.release()))).toBe("a promise");
    const kysely = new Kysely<unknown>({ dialect: new MysqlDialect({ pool }) });
    expect(await says(kysely)).toBe("a Kysely without a transaction");
    await kysely.destroy();
    const connection = await createConnection(store.url);
    expect(await says(connection)).toBe("a connection");
    await connection.beginTransaction();
    await connection.rollback();
    expect(await says(connection)).toBe("a connection");
    await connection.end();
    await store.close();
  });

  it("tables that were never migrated are reported as missing, along with how to create them", async () => {
    const { url, drop } = await server.createDatabase();
    const storage = mysqlAdapter({ uri: url });
    const engine = createEngine({ storage });
    const calls = [() => engine.getSlot("s"), () => engine.transaction(({ engine }) => engine.getSlot("s"))];
    for (const call of calls) {
      await expect(call()).rejects.toMatchObject({
        code: "schema_outdated",
        message: expect.stringMatching(/tables are missing.*storage\.migrate\(\)/),
        cause: { message: expect.stringMatching(/has no Slotwright tables.*storage\.migrate\(\)/) },
      });
    }
    await storage.close();
    await drop();
  });
});
