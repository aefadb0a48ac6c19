import { setTimeout as sleep } from "node:timers/promises";
import { BookingError, createEngine, type Engine } from "@slotwright/core";
import { authorize } from "./access.ts";
import { type Invoice, type Invoices, invoicesOn, invoicesTable } from "./database/invoices.ts";
import { runAgain } from "./database/run-again.ts";
import type { Meaning, Query, Strategy } from "./database/strategy.ts";

export type BookingEngine = Omit<Engine, "within" | "transaction">;

/** The database as the routes see it: the same on every engine. */
export interface Database {
  /** For calls that write none of your own rows. */
  readonly engine: BookingEngine;
  /**
   * Bookings and your own rows, all or nothing. The work may run more than once: it keeps no state, and its
   * commands carry the key.
   */
  transaction<Result>(idempotencyKey: string, work: (inside: Inside) => Promise<Result>): Promise<Result>;
  findInvoice(appointmentId: string): Promise<Invoice | undefined>;
  close(): Promise<void>;
}

/** What takes part in one transaction. */
export interface Inside {
  readonly engine: BookingEngine;
  readonly invoices: Invoices;
}

/** By the URL's scheme. A driver is loaded only where it is used. */
const openers: Readonly<Record<string, (url: string) => Promise<Database>>> = {
  sqlite: async (url) => open((await import("./database/sqlite.ts")).sqliteStrategy(url)),
  postgres: async (url) => open((await import("./database/postgres.ts")).postgresStrategy(url)),
  postgresql: (url) => openDatabase(url.replace("postgresql:", "postgres:")),
  mysql: async (url) => open((await import("./database/mysql.ts")).mysqlStrategy(url)),
  mariadb: (url) => openDatabase(url.replace("mariadb:", "mysql:")),
};

/** @param url `sqlite:file`, `postgres://…`, `mysql://…` or `mariadb://…` */
export async function openDatabase(url: string): Promise<Database> {
  const [scheme = ""] = url.split(":", 1);
  const opener = Object.hasOwn(openers, scheme) ? openers[scheme] : undefined;
  if (opener !== undefined) return opener(url);
  throw new Error("DATABASE_URL must be sqlite:file, postgres://…, mysql://… or mariadb://…");
}

async function open<Transaction, Opened>(strategy: Strategy<Transaction, Opened>): Promise<Database> {
  try {
    await createTables(strategy);
  } catch (error) {
    await strategy.close();
    throw error;
  }
  const { storage, query, queryOn, meaningOf, close } = strategy;
  const engine = createEngine({ storage, authorize });
  return {
    engine,
    transaction: (idempotencyKey, work) =>
      runAgain({ idempotencyKey, meaningOf }, () =>
        engine.transaction(({ transaction, engine }) =>
          work({ engine, invoices: invoicesOn(repeatable(queryOn(transaction), meaningOf), meaningOf) }),
        ),
      ),
    findInvoice: (id) => invoicesOn(answerable(query), meaningOf).find(id),
    close,
  };
}

/** What ended the host's own statement may be over soon: then all of the transaction is run again. */
function repeatable(query: Query, meaningOf: (error: unknown) => Meaning): Query {
  return async (sql, parameters) => {
    try {
      return await query(sql, parameters);
    } catch (error) {
      if (meaningOf(error) !== "transient") throw error;
      throw new BookingError("storage_busy", { idempotencyKey: null, waitedMs: 0, repeat: "transaction" }, error);
    }
  };
}

function answerable(query: Query): Query {
  return async (sql, parameters) => {
    try {
      return await query(sql, parameters);
    } catch (error) {
      throw new BookingError("storage_unavailable", {}, error);
    }
  };
}

/** Several processes may start at once, and be in each other's way. */
async function createTables<Transaction, Opened>(strategy: Strategy<Transaction, Opened>): Promise<void> {
  const { storage, query, meaningOf } = strategy;
  await storage.migrate();
  for (let attempt = 1; ; attempt++) {
    try {
      await query(invoicesTable);
      return;
    } catch (error) {
      if (meaningOf(error) !== "transient" || attempt === 100) throw error;
    }
    await sleep(Math.random() * 50);
  }
}
