import { setTimeout as sleep } from "node:timers/promises";
import { type Actor, type ActorEngine, BookingError, createEngine, type Engine } from "@slotwright/core";
import { authorize } from "./access.ts";
import { type Invoice, type Invoices, invoicesOn, invoicesTable } from "./database/invoices.ts";
import { runAgain } from "./database/run-again.ts";
import type { Meaning, Query, Strategy } from "./database/strategy.ts";

/** The database as the rest of the host sees it: the same on every engine. */
export interface Database {
  readonly engine: Engine<never, unknown>;
  /**
   * Bookings and your own rows, all or nothing. The work may run more than once: it keeps no state, and its
   * commands carry the key.
   */
  transaction<Result>(asked: Asked, work: (inside: Inside) => Promise<Result>): Promise<Result>;
  invoicesOf(subjectId: string): Promise<readonly Invoice[]>;
  close(): Promise<void>;
}

interface Asked {
  readonly actor: Actor;
  readonly idempotencyKey: string;
}

/** What takes part in one transaction. */
export interface Inside {
  /** In the name of the actor. */
  readonly engine: Omit<ActorEngine, "within" | "transaction">;
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
    transaction: ({ actor, idempotencyKey }, work) =>
      runAgain({ idempotencyKey, meaningOf }, () =>
        engine
          .as(actor)
          .transaction(({ transaction, engine }) =>
            work({ engine, invoices: invoicesOn(repeatable(queryOn(transaction), meaningOf), meaningOf) }),
          ),
      ),
    invoicesOf: (subjectId) => invoicesOn(answerable(query), meaningOf).ofSubject(subjectId),
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
  const { storage, idType, query, meaningOf } = strategy;
  await storage.migrate();
  for (let attempt = 1; ; attempt++) {
    try {
      await query(invoicesTable(idType));
      return;
    } catch (error) {
      if (meaningOf(error) !== "transient" || attempt === 100) throw error;
    }
    await sleep(Math.random() * 50);
  }
}
