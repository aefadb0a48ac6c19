import { mysqlAdapter } from "@slotwright/adapter-mysql";
import { createEngine } from "@slotwright/core";
import knex from "knex";
import { Kysely, MysqlDialect } from "kysely";
import callbacks from "mysql2";
import { createPool } from "mysql2/promise";
import { DataSource } from "typeorm";
import * as drizzle from "../drizzle-mysql.ts";
import * as knexHost from "../knex.ts";
import * as kysely from "../kysely.ts";
import * as mysql2 from "../mysql2.ts";
import * as typeorm from "../typeorm.ts";
import type { Hosts } from "./hosts.ts";

export const mysqlHosts: Hosts = {
  mysql2: async (url) => {
    const { pool, parts } = opened(url);
    return { ...parts, bookWithInvoice: (order) => mysql2.bookWithInvoice(pool, parts.engine, order) };
  },
  Kysely: async (url) => {
    const { parts } = opened(url);
    const db = new Kysely<kysely.Tables>({ dialect: new MysqlDialect({ pool: callbacks.createPool(url) }) });
    const close = () => Promise.all([db.destroy(), parts.close()]).then(() => {});
    return { ...parts, bookWithInvoice: (order) => kysely.bookWithInvoice(db, parts.engine, order), close };
  },
  Drizzle: async (url) => {
    const { parts } = opened(url);
    return { ...parts, bookWithInvoice: (order) => drizzle.bookWithInvoice(parts.engine, order) };
  },
  Knex: async (url) => {
    const { parts } = opened(url);
    const db = knex({ client: "mysql2", connection: url });
    const level = { isolationLevel: "read committed" } as const;
    const close = () => Promise.all([db.destroy(), parts.close()]).then(() => {});
    return { ...parts, bookWithInvoice: (order) => knexHost.bookWithInvoice(db, parts.engine, order, level), close };
  },
  TypeORM: async (url) => {
    const { parts } = opened(url);
    const dataSource = new DataSource({
      type: "mysql",
      url,
      isolationLevel: "READ COMMITTED",
      entities: [typeorm.invoiceLines],
    });
    await dataSource.initialize();
    const close = () => Promise.all([dataSource.destroy(), parts.close()]).then(() => {});
    return { ...parts, bookWithInvoice: (order) => typeorm.bookWithInvoice(dataSource, parts.engine, order), close };
  },
};

function opened(url: string) {
  const pool = createPool(url);
  const storage = mysqlAdapter({ pool });
  return { pool, parts: { storage, engine: createEngine({ storage }), close: () => pool.end() } };
}
