import { inWords, StorageError, saysNotTransaction } from "@slotwright/core/adapter";

/**
 * The program calls the adapter in a way that cannot work. A screen may show the problem, so only the cause names the
 * database.
 */
export function misuse(problem: string, databaseName?: string): StorageError {
  const cause =
    databaseName === undefined ? undefined : new Error(`The adapter of the database ${databaseName} was called.`);
  return new StorageError("misused", problem, cause);
}

/** `within` was given something that is not a transaction. `takes` says in words what it takes. */
export function notTransaction(given: unknown, takes: string, databaseName: string): StorageError {
  return misuse(saysNotTransaction(describe(given), takes), databaseName);
}

/** `how` says what begins a transaction. */
export function noTransactionOpen(how: string, databaseName: string): StorageError {
  return misuse(
    `within() was given a connection on which no transaction is open. None was begun, or it has ended. Run ${how} on it first, and use what within() returns until COMMIT or ROLLBACK; or call engine.transaction(), which does both.`,
    databaseName,
  );
}

export function migrationWithin(databaseName: string): StorageError {
  return misuse("migrate() cannot run within a transaction. Call migrate() on the adapter itself.", databaseName);
}

export function transactionWithin(databaseName: string): StorageError {
  return misuse("begin() cannot run within a transaction. Call begin() on the adapter itself.", databaseName);
}

export function adapterClosed(databaseName: string): StorageError {
  return misuse("The database's adapter is closed and takes no more calls. Create a new one.", databaseName);
}

/** The callback of `transaction()` returned, but the transaction has already ended, and COMMIT has nothing to store. */
export function endedEarly(databaseName: string): StorageError {
  return misuse(
    "Nothing of the transaction was stored: it ended before its callback returned. A statement failed and ended the transaction, and the error was caught; or the callback ran COMMIT, ROLLBACK or a statement that commits. Do not catch such errors, and let transaction() end the transaction.",
    databaseName,
  );
}

interface Mistake {
  readonly name: string;
  readonly is: (given: Given) => boolean;
}

type Given = Readonly<Record<string, unknown>>;

const hasMethods = (given: Given, ...methods: readonly string[]): boolean =>
  methods.every((method) => typeof given[method] === "function");

/** Objects that are passed by mistake. The first match counts. */
const mistakes: readonly Mistake[] = [
  { name: "a promise, which was not awaited", is: (given) => hasMethods(given, "then") },
  { name: "a transaction of Knex", is: (given) => hasMethods(given, "raw", "select") && given.isTransaction === true },
  { name: "a Knex without a transaction", is: (given) => hasMethods(given, "raw", "select", "transaction") },
  {
    name: "a Kysely without a transaction",
    is: (given) => hasMethods(given, "executeQuery") && given.isTransaction !== true,
  },
  { name: "a transaction of Kysely", is: (given) => hasMethods(given, "executeQuery") },
  { name: "a client of Prisma", is: (given) => hasMethods(given, "$queryRaw") },
  {
    name: "a transaction of Drizzle",
    is: (given) => hasMethods(given, "select", "insert", "rollback") && "_" in given,
  },
  {
    name: "a database of Drizzle",
    is: (given) => hasMethods(given, "select", "insert", "transaction") && "_" in given,
  },
  { name: "a Pool of pg", is: isPgPool },
  { name: "a pool of mysql2", is: (given) => hasMethods(given, "getConnection") },
  { name: "a Database of better-sqlite3", is: (given) => hasMethods(given, "prepare", "exec", "pragma") },
  { name: "a connection of mysql2", is: (given) => hasMethods(given, "execute", "query") },
  { name: "a client of pg", is: (given) => hasMethods(given, "query", "connect", "escapeLiteral") },
];

export function isPgPool(given: object): boolean {
  const { totalCount, connect } = given as Given;
  return typeof totalCount === "number" && typeof connect === "function";
}

function describe(given: unknown): string {
  // Knex is a function with properties.
  const mayBeKnown = typeof given === "object" ? given !== null : typeof given === "function";
  const known = mayBeKnown ? mistakes.find(({ is }) => is(given as Given)) : undefined;
  return known?.name ?? inWords(given);
}

/**
 * Whether this Kysely refuses statements in a transaction that has ended. It does since it has this method; before 0.28
 * it ran them.
 */
export function tellsItsEnd(transaction: object): boolean {
  return "startTransaction" in transaction && typeof transaction.startTransaction === "function";
}
