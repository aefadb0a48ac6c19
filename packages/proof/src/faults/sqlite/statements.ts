import type { SqliteDatabase, SqliteStatement } from "@slotwright/adapter-sqlite";

/** Called instead of each statement, which `run` runs. */
export type AroundStatement = (sql: string, run: () => unknown) => unknown;

/** The same database with something around each statement that runs, including reads. */
export function statementsOf(database: SqliteDatabase, around: AroundStatement): SqliteDatabase {
  return wrapped(database, { run: around, get: around, all: around });
}

/** The same, but only around statements that write, or begin and end transactions. */
export function runsOf(database: SqliteDatabase, around: AroundStatement): SqliteDatabase {
  const untouched: AroundStatement = (_, run) => run();
  return wrapped(database, { run: around, get: untouched, all: untouched });
}

function wrapped(
  database: SqliteDatabase,
  around: Readonly<Record<"run" | "get" | "all", AroundStatement>>,
): SqliteDatabase {
  const statement = (sql: string, prepared: SqliteStatement): SqliteStatement => ({
    run: (...given) => around.run(sql, () => prepared.run(...given)) as { readonly changes: number },
    get: (...given) => around.get(sql, () => prepared.get(...given)),
    all: (...given) => around.all(sql, () => prepared.all(...given)) as unknown[],
    safeIntegers: (on) => prepared.safeIntegers(on),
  });
  return {
    get name() {
      return database.name;
    },
    get open() {
      return database.open;
    },
    get inTransaction() {
      return database.inTransaction;
    },
    prepare: (sql) => statement(sql, database.prepare(sql)),
    exec: (sql) => around.run(sql, () => database.exec(sql)),
    pragma: (sql, options) => database.pragma(sql, options),
    close: () => database.close(),
  };
}
