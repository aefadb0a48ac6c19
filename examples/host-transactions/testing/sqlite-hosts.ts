import { sqliteAdapter } from "@slotwright/adapter-sqlite";
import { createEngine } from "@slotwright/core";
import type { Database } from "better-sqlite3";
import knex from "knex";
import { DataSource } from "typeorm";
import * as betterSqlite3 from "../better-sqlite3.ts";
import * as betterSqlite3Within from "../better-sqlite3-within.ts";
import * as drizzle from "../drizzle-sqlite.ts";
import { createTurns } from "../in-turn.ts";
import * as knexHost from "../knex.ts";
import * as kysely from "../kysely-sqlite.ts";
import type { Order } from "../order.ts";
import * as typeorm from "../typeorm.ts";
import type { Hosts } from "./hosts.ts";

export const sqliteHosts: Hosts = {
  "better-sqlite3": async (filename) => {
    const parts = opened(filename);
    return { ...parts, bookWithInvoice: (order) => betterSqlite3.bookWithInvoice(parts.engine, order) };
  },
  "better-sqlite3, begun by the host": async (filename) => {
    const parts = opened(filename);
    const bookings = betterSqlite3Within.openBookings(filename, parts.engine);
    const close = async () => {
      bookings.close();
      await parts.close();
    };
    return { ...parts, bookWithInvoice: bookings.bookWithInvoice, close };
  },
  Kysely: async (filename) => {
    const { storage, engine, db, bookWithInvoice } = kysely.openBookings(filename);
    const close = () => Promise.all([db.destroy(), storage.close()]).then(() => {});
    return { storage, engine, bookWithInvoice, close };
  },
  Drizzle: async (filename) => {
    const parts = opened(filename);
    return { ...parts, bookWithInvoice: (order) => drizzle.bookWithInvoice(parts.engine, order) };
  },
  Knex: async (filename) => {
    const parts = opened(filename);
    const afterCreate = (database: Database, done: (error: undefined, database: Database) => void) => {
      outlivesPowerCuts(database);
      done(undefined, database);
    };
    const db = knex({
      client: "better-sqlite3",
      connection: { filename },
      useNullAsDefault: true,
      pool: { min: 1, max: 1, afterCreate },
    });
    const close = () => Promise.all([db.destroy(), parts.close()]).then(() => {});
    return { ...parts, bookWithInvoice: (order) => knexHost.bookWithInvoice(db, parts.engine, order), close };
  },
  TypeORM: async (filename) => {
    const parts = opened(filename);
    const dataSource = new DataSource({
      type: "better-sqlite3",
      database: filename,
      prepareDatabase: outlivesPowerCuts,
      entities: [typeorm.invoiceLines],
    });
    await dataSource.initialize();
    const close = () => Promise.all([dataSource.destroy(), parts.close()]).then(() => {});
    const inTurn = createTurns();
    const bookWithInvoice = (order: Order) => inTurn(() => typeorm.bookWithInvoice(dataSource, parts.engine, order));
    return { ...parts, bookWithInvoice, close };
  },
};

function opened(filename: string) {
  const storage = sqliteAdapter({ filename });
  return { storage, engine: createEngine({ storage }), close: () => storage.close() };
}

function outlivesPowerCuts(database: Database): void {
  database.pragma("synchronous = full");
}
