import { mysqlAdapter } from "@slotwright/adapter-mysql";
import { createEngine } from "@slotwright/core";
import { noServer, testServer } from "@slotwright/test-servers/vitest";
import { drizzle } from "drizzle-orm/mysql2";
import knex from "knex";
import { createPool } from "mysql2/promise";
import { expect, it } from "vitest";
import { mysqlDatabase } from "./testing/databases.ts";
import { describeHosts } from "./testing/describe-hosts.ts";
import { mysqlHosts } from "./testing/mysql-hosts.ts";

for (const engine of ["mariadb", "mysql"] as const) {
  const server = await testServer(engine);
  if (server === undefined) {
    it(`is tried on ${engine}`, ({ skip }) => skip(noServer(engine)));
    continue;
  }
  describeHosts(engine, mysqlHosts, () => mysqlDatabase(server));

  it(`${engine}: a transaction of Drizzle or Knex itself is refused by name`, async () => {
    const { url, drop } = await mysqlDatabase(server);
    const pool = createPool(url);
    const db = knex({ client: "mysql2", connection: url });
    const { within } = createEngine({ storage: mysqlAdapter({ pool }) });
    const refusal = (given: unknown) => within(given as never).getSlot("s");
    const byName = (name: string) => ({ code: "storage_misused", message: expect.stringContaining(`given ${name}, `) });
    await drizzle({ client: pool }).transaction((transaction) =>
      expect(refusal(transaction)).rejects.toMatchObject(byName("a transaction of Drizzle")),
    );
    await db.transaction((transaction) =>
      expect(refusal(transaction)).rejects.toMatchObject(byName("a transaction of Knex")),
    );
    await db.destroy();
    await pool.end();
    await drop();
  });
}
