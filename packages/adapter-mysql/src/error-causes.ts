import { namesOurs, noTransactionOpen } from "@slotwright/adapter-sql";
import type { StorageFailure } from "@slotwright/core/adapter";

/** What an error means, and what an operator is told. */
interface Cause {
  readonly failure: StorageFailure;
  /** `text` is what the server or the driver said. */
  readonly says: (name: string, text: string) => string;
}

const again = (what: string): Cause => ({
  failure: "transient",
  says: (name, text) => `${what} on the database ${name} (${text}). Nothing was changed; try again.`,
});
const lost: Cause = {
  failure: "transient",
  says: (name, text) => `The connection to the database ${name} was lost (${text}). Nothing was changed; try again.`,
};
const readOnly: Cause = {
  failure: "read_only",
  says: (name, text) =>
    `The database ${name} takes no writes (${text}). Connect to the primary server, or turn its read_only off.`,
};
const readOnlyTransaction: Cause = {
  failure: "read_only",
  says: (name, text) =>
    `The transaction on the database ${name} takes no writes (${text}). The transaction was begun READ ONLY, or transaction_read_only is on for the session. Begin it READ WRITE, or turn that off.`,
};
const full: Cause = {
  failure: "unavailable",
  says: (name, text) => `The database ${name} has no room left (${text}). Nothing was changed; free or add disk space.`,
};
const denied: Cause = {
  failure: "unavailable",
  says: (name, text) => `The database ${name} refused the credentials (${text}). Check user, password and host.`,
};
const forbidden: Cause = {
  failure: "unavailable",
  says: (name, text) =>
    `The user of the database ${name} lacks a privilege (${text}). Grant SELECT, INSERT, UPDATE and EXECUTE on it.`,
};
/** A trigger may be what needs the privilege, and not every change sets it off. */
const forbiddenToOne: Cause = { ...forbidden, failure: "refused" };
const forbiddenToMigrate: Cause = {
  failure: "unavailable",
  says: (name, text) =>
    `The user of the database ${name} may not create what is missing there (${text}). For migrate(), grant it CREATE, ALTER, DROP, INDEX, REFERENCES, TRIGGER, CREATE ROUTINE and ALTER ROUTINE besides SELECT, INSERT, UPDATE and EXECUTE; or let an administrator apply the output of migrationSql() to an empty database, or call migrate().`,
};
const outdated: Cause = {
  failure: "schema_outdated",
  says: (name, text) => `The database ${name} lacks what this version of Slotwright needs (${text}). Run migrate().`,
};
const tooMany: Cause = {
  failure: "transient",
  says: (name, text) =>
    `The database ${name} takes no more connections (${text}). Nothing was changed; try again, or use smaller pools.`,
};
const usedUp: Cause = {
  failure: "unavailable",
  says: (name, text) =>
    `The user of the database ${name} has used up what it may do in an hour (${text}). Nothing was changed; raise that limit by ALTER USER, or wait.`,
};
const noAnswer: Cause = {
  failure: "transient",
  says: (name, text) =>
    `The server of the database ${name} did not answer in time (${text}). Nothing was changed; try again, and check that it runs and is not overloaded, or allow it more time by connectTimeout.`,
};
const unprepared: Cause = {
  failure: "transient",
  says: (name, text) =>
    `The server of the database ${name} no longer knows a prepared statement (${text}). Nothing was changed; try again.`,
};
const unreachable: Cause = {
  failure: "unavailable",
  says: (name, text) =>
    `The database ${name} cannot be reached (${text}). Check that the server runs, and host and port.`,
};
const noTrigger: Cause = {
  failure: "unavailable",
  says: (name, text) =>
    `The user of the database ${name} may not create triggers or procedures (${text}). With binary logging on, that takes more than the TRIGGER privilege: set log_bin_trust_function_creators, or let an administrator call migrate(), or apply the output of migrationSql() to an empty database.`,
};

/**
 * Files, memory, threads, damaged tables, and logs: nothing that another statement would change. Other answers of a server
 * that are not known here are about the statement.
 */
const errorsOfServer = [
  1010, 1014, 1015, 1016, 1017, 1023, 1024, 1033, 1034, 1035, 1036, 1037, 1038, 1041, 1043, 1105, 1129, 1135, 1180,
  1181, 1194, 1195, 1206, 1436, 1459, 1467, 1598, 1637, 1712, 1812, 1835, 1877,
];
const unwell: Cause = {
  failure: "unavailable",
  says: (name, text) =>
    `The server of the database ${name} has a problem of its own (${text}). Nothing was changed; look into its error log.`,
};
const unsupported: Cause = {
  failure: "unavailable",
  says: (name, text) =>
    `The server of the database ${name} lacks what is needed of MySQL 8.0.16 or MariaDB 10.6 (${text}). Use one of those, or later.`,
};
const tooLarge: Cause = {
  failure: "refused",
  says: (name, text) =>
    `The database ${name} takes no packet as large as this one (${text}). Nothing was changed; raise max_allowed_packet on the server, or send less in one command.`,
};
const refused: Cause = {
  failure: "refused",
  says: (name, text) =>
    `The database ${name} refused the change (${text}). Nothing was changed; a trigger, a constraint or a limit that is not Slotwright's own forbids it.`,
};

const causes: Readonly<Record<string | number, Cause>> = {
  1020: again("The transaction's snapshot was too old"),
  1205: again("Another transaction held a lock for too long"),
  1213: again("A deadlock was resolved at this transaction's cost"),
  1047: again("The node is not part of its cluster"),
  1412: again("A table was created or changed after the transaction had begun"),
  1568: again("The connection was inside a transaction"),
  3024: again("The statement took too long"),
  1969: again("The statement took too long"),
  3572: again("A row was locked"),
  3101: again("The group of servers refused the transaction when it was to commit"),
  1153: tooLarge,
  1301: tooLarge,
  1064: unsupported,
  1193: unsupported,
  1235: unsupported,
  1273: unsupported,
  1040: tooMany,
  1203: tooMany,
  1226: tooMany,
  1053: lost,
  1317: lost,
  1927: lost,
  3169: lost,
  4031: lost,
  1290: readOnly,
  1792: readOnlyTransaction,
  1836: readOnly,
  3989: readOnly,
  1243: unprepared,
  1615: unprepared,
  1461: {
    failure: "unavailable",
    says: (name, text) =>
      `The server of the database ${name} keeps no more prepared statements (${text}). Nothing was changed; raise max_prepared_stmt_count on the server, or lower maxPreparedStatements or connectionLimit of its pools.`,
  },
  1021: full,
  1026: full,
  1114: full,
  1030: full,
  ...Object.fromEntries(errorsOfServer.map((errno) => [errno, unwell])),
  1045: denied,
  1130: denied,
  1698: denied,
  1044: forbidden,
  1142: forbidden,
  1143: forbidden,
  1370: forbidden,
  1227: noTrigger,
  1419: noTrigger,
  1449: {
    failure: "unavailable",
    says: (name, text) =>
      `The user who created the triggers of the database ${name} is gone (${text}). Create that user again; or drop the triggers, and call migrate() as a user that stays, which puts them back.`,
  },
  1049: {
    failure: "unavailable",
    says: (name, text) => `The database ${name} does not exist (${text}). Create it, or correct the name.`,
  },
  1046: {
    failure: "unavailable",
    says: (name) =>
      `No database was chosen on ${name}. Name it in the pool's options, the URI, or the option "database".`,
  },
  1054: outdated,
  1146: outdated,
  1305: outdated,
  1318: outdated,
  1665: {
    failure: "unavailable",
    says: (name, text) =>
      `The binary log of the database ${name} has the wrong format (${text}). Set binlog_format to ROW or MIXED.`,
  },
  PROTOCOL_CONNECTION_LOST: lost,
  ECONNRESET: lost,
  EPIPE: lost,
  ETIMEDOUT: lost,
  ECONNREFUSED: unreachable,
  ENOTFOUND: unreachable,
  EAI_AGAIN: unreachable,
  EHOSTUNREACH: unreachable,
  ENETUNREACH: unreachable,
};

/** What is known of an error, by the server's number for it, the code of the network or the driver, and the words. */
export interface KnownError {
  readonly errno: number;
  readonly code: string;
  readonly text: string;
  readonly during: "connect" | "call" | "commit" | "host" | "migrate";
  /** Whether a connection that was there answers no more, by whatever name. */
  readonly isLost: boolean;
  /** Whether it is what the server has answered, rather than what the driver or the network says. */
  readonly isAnswer: boolean;
}

export function causeOf({ errno, code, text, during, isLost, isAnswer }: KnownError): Cause | undefined {
  if (during === "connect" && code === "ETIMEDOUT") return noAnswer;
  if (during === "migrate" && causes[errno] === forbidden) return forbiddenToMigrate;
  if (errno === 1290 && !saysReadOnly(text)) return undefined;
  // One number for two things: connections, of which one may become free, and what counts by the hour.
  if (errno === 1226 && !text.includes("max_user_connections")) return usedUp;
  if (isOfCall(during) && causes[errno] === forbidden && !namesOurs(text)) return forbiddenToOne;
  // A server's words may be a trigger's.
  const byText = isAnswer ? undefined : causeByText(text);
  const known = causes[errno] ?? causes[code] ?? byText ?? (isLost ? lost : undefined);
  return known ?? (isAnswer && isOfCall(during) ? refused : undefined);
}

const isOfCall = (during: KnownError["during"]) => during !== "connect" && during !== "migrate";

/** Other options have that number, too, and their names stay as they are in every language. */
export function saysReadOnly(text: string): boolean {
  return /read[-_]only/i.test(text);
}

/** What mysql2 says itself, without a code. */
function causeByText(text: string): Cause | undefined {
  if (/closed state/.test(text)) return lost;
  if (/Pool is closed/.test(text)) {
    return {
      failure: "misused",
      says: () =>
        "The pool of the database's adapter was ended by the program. Create a new one, and the adapter anew.",
    };
  }
  // Of Kysely, from 0.28 on.
  if (/^Transaction is already (committed|rolled back)/.test(text)) {
    return { failure: "misused", says: (name) => noTransactionOpen("START TRANSACTION", name).message };
  }
  return undefined;
}
