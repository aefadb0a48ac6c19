import { noTransactionOpen } from "@slotwright/adapter-sql";
import type { StorageFailure } from "@slotwright/core/adapter";

/** The meaning of an error, and the message for an operator. */
export interface Cause {
  readonly failure: StorageFailure;
  /** `text` is the message of the server or the driver. */
  readonly says: (database: string, text: string) => string;
  /** SQLSTATEs, and codes of the network. */
  readonly codes?: readonly string[];
  /** The first two characters of SQLSTATEs. */
  readonly classes?: readonly string[];
  /** Errors of the driver, which have no code. */
  readonly text?: RegExp;
  /** Errors of PgBouncer, which has one code for all, and English texts. */
  readonly poolerText?: RegExp;
}

/** The server no longer knows a prepared statement. Nothing has run. */
export const forgottenStatement = "26000";

/** The server itself does not know the outcome of a statement. CockroachDB reports this, and PostgreSQL may. */
export const completionUnknown = "40003";

export const lacksPrivilege = "42501";

/** The code of most errors of PgBouncer. */
export const poolerError = "08P01";

export const poolEnded = /after calling end on the pool/;

/** The first match counts. */
export const causes: readonly Cause[] = [
  {
    codes: ["40001"],
    failure: "transient",
    says: (database) =>
      `Another transaction changed the same rows of the database ${database} first, and this one cannot see the change. Nothing was changed; try again.`,
  },
  {
    // For a commit, the failure is `unknown`. A read changes nothing, and a host's transaction is not committed yet.
    codes: [completionUnknown],
    failure: "transient",
    says: (database, text) =>
      `The database ${database} does not know whether a statement was completed (${text}). Nothing was changed; try again.`,
  },
  {
    codes: ["40P01"],
    failure: "transient",
    says: (database) =>
      `The database ${database} rolled this transaction back to resolve a deadlock. Nothing was changed; try again.`,
  },
  {
    codes: ["55P03"],
    failure: "transient",
    says: (database) =>
      `Another transaction has locked a row of the database ${database} for longer than lock_timeout. Nothing was changed; try again.`,
  },
  {
    codes: ["57014"],
    failure: "transient",
    says: (database) =>
      `The database ${database} cancelled a statement: an operator asked for it, or it took longer than statement_timeout. Nothing was changed; try again.`,
  },
  {
    codes: ["25P03", "25P04"],
    failure: "transient",
    says: (database, text) =>
      `The database ${database} ended a transaction that exceeded transaction_timeout or idle_in_transaction_session_timeout (${text}). Nothing was changed; try again.`,
  },
  {
    codes: ["25006"],
    failure: "read_only",
    says: (database, text) =>
      `The database ${database} takes no writes here (${text}). If your transaction began READ ONLY, begin it READ WRITE. Otherwise the server is a standby, or default_transaction_read_only is on. Connect to the primary, or turn that setting off for this role.`,
  },
  {
    codes: ["25P01"],
    failure: "misused",
    says: (database) => noTransactionOpen("BEGIN", database).message,
  },
  {
    // From Kysely, since 0.28.
    text: /^Transaction is already (committed|rolled back)/,
    failure: "misused",
    says: (database) => noTransactionOpen("BEGIN", database).message,
  },
  {
    codes: ["25P02"],
    failure: "unavailable",
    says: (database) =>
      `The transaction on the database ${database} has already failed, and PostgreSQL ignores all commands until ROLLBACK. Roll it back and begin again.`,
  },
  {
    codes: ["28P01", "28000"],
    text: /^SASL|password must be a string/,
    poolerText: /^SASL|authentication failed|no such user/i,
    failure: "unavailable",
    says: (database, text) =>
      `The database ${database} did not accept the credentials (${text}). Check user, password and pg_hba.conf, and the list of users of a pooler before it.`,
  },
  {
    poolerText: /^unsupported startup parameter/,
    failure: "unavailable",
    says: (database, text) =>
      `A pooler before the database ${database} did not accept a setting of the connection (${text}). Nothing was changed. Set it for the role or the database instead, with ALTER ROLE or ALTER DATABASE; ignore_startup_parameters of PgBouncer would ignore it.`,
  },
  {
    codes: ["3D000", "57P04"],
    failure: "unavailable",
    says: (database) => `The server has no database ${database}, or no longer has it. Create it, or correct its name.`,
  },
  {
    codes: [lacksPrivilege],
    failure: "unavailable",
    says: (database, text) =>
      `The role may not do this in the database ${database} (${text}). Grant it USAGE on the schema, SELECT, INSERT and UPDATE on the tables, and EXECUTE on the functions; for migrations, use the owner of the tables, or let an administrator run the printed SQL.`,
  },
  {
    codes: ["42P01", "42703", "42883", "3F000", "0A000"],
    failure: "schema_outdated",
    says: (database, text) =>
      `The database ${database} lacks what this version of Slotwright needs (${text}). Run migrate().`,
  },
  {
    codes: [forgottenStatement],
    failure: "transient",
    says: (database, text) =>
      `The connection to the database ${database} has lost its prepared statements (${text}): either DISCARD ALL or DEALLOCATE ran on it, or it goes through a pooler in transaction mode, which requires preparedStatements: false. Nothing was changed; try again.`,
  },
  {
    // These names belong to the adapter alone, and each connection prepares them once.
    codes: ["42P05"],
    failure: "unavailable",
    says: (database, text) =>
      `The database ${database} is behind a pooler that lends one session to many connections (${text}). Nothing was changed; create the adapter with preparedStatements: false, or let the pooler keep prepared statements (PgBouncer 1.21 and later: max_prepared_statements).`,
  },
  {
    text: /must be unique/,
    failure: "unavailable",
    says: (database, text) =>
      `pg refused a statement for the database ${database}: ${text}. Something changes the text of statements, such as a tracer that appends a comment. Nothing was changed; create the adapter with preparedStatements: false.`,
  },
  {
    codes: ["53100"],
    failure: "unavailable",
    says: (database) => `The disk of the database ${database} is full. Nothing was changed; make room.`,
  },
  {
    codes: ["53300"],
    failure: "transient",
    says: (database) =>
      `No connection to the database ${database} became free in time. Nothing was changed; try again, or allow more connections.`,
  },
  {
    codes: ["57P01", "57P02", "57P03", "57P05"],
    classes: ["08"],
    failure: "transient",
    says: (database, text) =>
      `The server of the database ${database} is restarting, or ended the connection (${text}). Nothing was changed; try again.`,
  },
  {
    classes: ["53", "57", "58", "F0", "XX"],
    failure: "unavailable",
    says: (database, text) =>
      `The server of the database ${database} reports a problem of its own: ${text}. Check its log.`,
  },
  {
    codes: ["22021", "22P05"],
    failure: "refused",
    says: (database, text) =>
      `The database ${database} cannot store a character (${text}). Nothing was changed. Use a database with the encoding UTF8.`,
  },
  {
    text: poolEnded,
    failure: "misused",
    says: () => "The program ended the pool of the database's adapter. Open a new pool, and create the adapter again.",
  },
];
