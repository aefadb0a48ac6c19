import { postgresAdapter } from "@slotwright/adapter-postgres";
import { createEngine } from "@slotwright/core";
import knex from "knex";
import { Kysely, PostgresDialect } from "kysely";
import { type Client, Pool } from "pg";
import { DataSource } from "typeorm";
import * as drizzle from "../drizzle-postgres.ts";
import * as knexHost from "../knex.ts";
import * as kysely from "../kysely.ts";
import * as pg from "../pg.ts";
import * as prisma from "../prisma.ts";
import * as typeorm from "../typeorm.ts";
import type { Hosts } from "./hosts.ts";

export const postgresHosts: Hosts = {
  pg: async (url) => {
    const { pool, parts } = opened(url);
    return { ...parts, bookWithInvoice: (order) => pg.bookWithInvoice(pool, parts.engine, order) };
  },
  Kysely: async (url) => {
    const { pool, parts } = opened(url);
    const db = new Kysely<kysely.Tables>({ dialect: new PostgresDialect({ pool }) });
    return { ...parts, bookWithInvoice: (order) => kysely.bookWithInvoice(db, parts.engine, order) };
  },
  Drizzle: async (url) => {
    const { parts } = opened(url);
    return { ...parts, bookWithInvoice: (order) => drizzle.bookWithInvoice(parts.engine, order) };
  },
  Knex: async (url) => {
    const { parts } = opened(url);
    const afterCreate = (client: Client, done: (error: undefined, client: Client) => void) => {
      outlivesItsDatabase(client);
      done(undefined, client);
    };
    const db = knex({ client: "pg", connection: url, pool: { afterCreate } });
    const close = () => Promise.all([db.destroy(), parts.close()]).then(() => {});
    return { ...parts, bookWithInvoice: (order) => knexHost.bookWithInvoice(db, parts.engine, order), close };
  },
  TypeORM: async (url) => {
    const { parts } = opened(url);
    const dataSource = new DataSource({ type: "postgres", url, entities: [typeorm.invoiceLines] });
    await dataSource.initialize();
    const close = () => Promise.all([dataSource.destroy(), parts.close()]).then(() => {});
    return { ...parts, bookWithInvoice: (order) => typeorm.bookWithInvoice(dataSource, parts.engine, order), close };
  },
  "Prisma's table": async (url) => {
    const { parts } = opened(url);
    return { ...parts, bookWithInvoice: (order) => prisma.bookWithInvoice(parts.engine, order) };
  },
};

function opened(url: string) {
  const pool = new Pool({ connectionString: url });
  pool.on("connect", outlivesItsDatabase);
  const storage = postgresAdapter({ pool });
  return { pool, parts: { storage, engine: createEngine({ storage }), close: () => pool.end() } };
}

/** Dropping a database ends connections that are closing. An event without a listener would end the process. */
function outlivesItsDatabase(client: Pick<Client, "on">): void {
  client.on("error", () => {});
}
