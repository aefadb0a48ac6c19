import { createEngine, type Engine } from "@slotwright/core";
import { type Invoice, type Invoices, invoicesOn, invoicesTable } from "./database/invoices.ts";
import { runAgain } from "./database/run-again.ts";
import type { Strategy } from "./database/strategy.ts";
import { inTransaction, onConnection } from "./database/transaction.ts";

export type BookingEngine = Omit<Engine, "within">;

/** The database as the routes see it: the same on every engine. */
export interface Database {
  /** For everything that writes no row of the host's. */
  readonly engine: BookingEngine;
  /**
   * Bookings and rows of the host's, all or nothing. The work may run more than once: it keeps no state, and its
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

async function open<Transaction>(strategy: Strategy<Transaction>): Promise<Database> {
  try {
    await createTables(strategy);
  } catch (error) {
    await strategy.close();
    throw error;
  }
  const { storage, meaningOf, close } = strategy;
  const engine = createEngine({ storage });
  return {
    engine,
    transaction: (idempotencyKey, work) =>
      runAgain({ idempotencyKey, meaningOf }, () =>
        inTransaction(strategy, (connection) =>
          work({ engine: engine.within(connection.transaction), invoices: invoicesOn(connection, strategy) }),
        ),
      ),
    findInvoice: (id) => onConnection(strategy, (connection) => invoicesOn(connection, strategy).find(id)),
    close,
  };
}

async function createTables<Transaction>(strategy: Strategy<Transaction>): Promise<void> {
  const { storage, meaningOf } = strategy;
  await storage.migrate();
  // Several processes may start at once.
  await runAgain({ idempotencyKey: "create tables", meaningOf }, () =>
    onConnection(strategy, ({ query }) => query(invoicesTable)),
  );
}
