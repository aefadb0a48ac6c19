import { namesOurs, noTransactionOpen } from "@slotwright/adapter-sql";
import type { StorageFailure } from "@slotwright/core/adapter";

/** The meaning of an error, and the message for an operator. */
interface Cause {
  readonly failure: StorageFailure;
  /** `text` is the message of the server or the driver. */
  readonly says: (database: string, text: string) => string;
}

const again = (what: string): Cause => ({
  failure: "transient",
  says: (database, text) => `${what} on the database ${database} (${text}). Nothing was changed; try again.`,
});
const lost: Cause = {
  failure: "transient",
  says: (database, text) =>
    `The connection to the database ${database} was lost (${text}). Nothing was changed; try again.`,
};
const notMember = again("The server is not in its group, or takes no part in it for now");
const waitsForGroup = again("The server waits for its group");
const deadlock = again("The transaction was rolled back to resolve a deadlock");
const outsideCluster: Cause = {
  failure: "transient",
  says: (database, text) =>
    `The node of the database ${database} is not part of its cluster, or not yet (${text}). Nothing was changed; try again, or use another node.`,
};
const readOnly: Cause = {
  failure: "read_only",
  says: (database, text) =>
    `The database ${database} takes no writes (${text}). Connect to the primary server, or turn its read_only off.`,
};
const readOnlyTransaction: Cause = {
  failure: "read_only",
  says: (database, text) =>
    `The transaction on the database ${database} takes no writes (${text}). It began READ ONLY, or transaction_read_only is on for the session. Begin it READ WRITE, or turn that setting off.`,
};
const full: Cause = {
  failure: "unavailable",
  says: (database, text) =>
    `The database ${database} has no room left (${text}). Nothing was changed; free or add disk space.`,
};
const denied: Cause = {
  failure: "unavailable",
  says: (database, text) =>
    `The database ${database} refused the credentials (${text}). Check user, password and host.`,
};
const forbidden: Cause = {
  failure: "unavailable",
  says: (database, text) =>
    `The user of the database ${database} lacks a privilege (${text}). Grant SELECT, INSERT, UPDATE and EXECUTE on it.`,
};
/** A trigger may be what needs the privilege, and not every change fires it. */
const forbiddenToOne: Cause = { ...forbidden, failure: "refused" };
const forbiddenToMigrate: Cause = {
  failure: "unavailable",
  says: (database, text) =>
    `The user of the database ${database} may not create the missing objects (${text}). For migrate(), grant CREATE, ALTER, DROP, INDEX, REFERENCES, TRIGGER, CREATE ROUTINE and ALTER ROUTINE besides SELECT, INSERT, UPDATE and EXECUTE. Otherwise, let an administrator apply the output of migrationSql() to an empty database, or call migrate().`,
};
const outdated: Cause = {
  failure: "schema_outdated",
  says: (database, text) =>
    `The database ${database} lacks what this version of Slotwright needs (${text}). Run migrate().`,
};
const tooMany: Cause = {
  failure: "transient",
  says: (database, text) =>
    `The database ${database} takes no more connections (${text}). Nothing was changed; try again, or use smaller pools.`,
};
const usedUp: Cause = {
  failure: "unavailable",
  says: (database, text) =>
    `The user of the database ${database} has reached an hourly limit (${text}). Nothing was changed; raise the limit with ALTER USER, or wait.`,
};
const noAnswer: Cause = {
  failure: "transient",
  says: (database, text) =>
    `The server of the database ${database} did not answer in time (${text}). Nothing was changed; try again, and check that the server runs and is not overloaded, or raise connectTimeout.`,
};
const unprepared: Cause = {
  failure: "transient",
  says: (database, text) =>
    `The server of the database ${database} no longer knows a prepared statement (${text}). Nothing was changed; try again.`,
};
const unreachable: Cause = {
  failure: "unavailable",
  says: (database, text) =>
    `The database ${database} cannot be reached (${text}). Check that the server runs, and check host and port.`,
};
/** Each step of a migration commits by itself. */
const stepUncertain: Cause = {
  failure: "unknown",
  says: (database, text) =>
    `It is unknown whether the last step of migrate() on the database ${database} was done (${text}). What was done stays; call migrate() again, and it goes on from there.`,
};
const noTrigger: Cause = {
  failure: "unavailable",
  says: (database, text) =>
    `The user of the database ${database} may not create triggers or procedures (${text}). With binary logging on, this requires more than the TRIGGER privilege. Set log_bin_trust_function_creators, let an administrator call migrate(), or apply the output of migrationSql() to an empty database.`,
};

/**
 * Files, memory, threads, damaged tables and logs: problems that another statement would not change. Any other unknown
 * answer of a server is about the statement.
 */
const errorsOfServer = [
  1010, 1014, 1015, 1016, 1017, 1023, 1024, 1033, 1034, 1035, 1036, 1037, 1038, 1041, 1043, 1105, 1129, 1135, 1180,
  1181, 1194, 1195, 1206, 1436, 1459, 1467, 1598, 1637, 1712, 1812, 1835, 1877,
];
const unwell: Cause = {
  failure: "unavailable",
  says: (database, text) =>
    `The server of the database ${database} has a problem of its own (${text}). Nothing was changed; check its error log.`,
};
const unsupported: Cause = {
  failure: "unavailable",
  says: (database, text) =>
    `The server of the database ${database} lacks a feature of MySQL 8.0.17 or MariaDB 10.6 (${text}). Use one of those versions, or a later one.`,
};
const damagedTrigger: Cause = {
  failure: "transient",
  says: (database, text) =>
    `The server of the database ${database} keeps a damaged copy of a trigger in its memory, which MariaDB may do after a statement was interrupted (${text}). Nothing was changed; if it goes on, run FLUSH TABLES on that server.`,
};
const tooLarge: Cause = {
  failure: "refused",
  says: (database, text) =>
    `The database ${database} refused a packet of this size (${text}). Nothing was changed; raise max_allowed_packet on the server, or send less in one command.`,
};
const refused: Cause = {
  failure: "refused",
  says: (database, text) =>
    `The database ${database} refused the change (${text}). Nothing was changed; a trigger, a constraint or a limit that does not belong to Slotwright forbids it.`,
};

const causes: Readonly<Record<string | number, Cause>> = {
  1020: again("The transaction's snapshot was too old"),
  1205: again("Another transaction held a lock for too long"),
  1213: deadlock,
  1047: outsideCluster,
  1412: again("A table was created or changed after the transaction began"),
  1568: again("The connection was inside a transaction"),
  3024: again("The statement took too long"),
  1969: again("The statement took too long"),
  3572: again("A row was locked"),
  3101: again("The group of servers refused the transaction at its commit"),
  3032: notMember,
  3100: notMember,
  3781: waitsForGroup,
  3782: notMember,
  3783: notMember,
  3796: notMember,
  3797: notMember,
  3798: waitsForGroup,
  3799: notMember,
  4094: waitsForGroup,
  6400: notMember,
  6401: notMember,
  3098: {
    failure: "refused",
    says: (database, text) =>
      `The group of the database ${database} does not take the statement (${text}). Nothing was changed; where several members take writes, use another isolation level than SERIALIZABLE.`,
  },
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
    says: (database, text) =>
      `The server of the database ${database} keeps no more prepared statements (${text}). Nothing was changed; raise max_prepared_stmt_count on the server, or lower maxPreparedStatements or connectionLimit of its pools.`,
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
    says: (database, text) =>
      `The user who created the triggers of the database ${database} is gone (${text}). Create that user again, or drop the triggers and call migrate() as a permanent user to put them back.`,
  },
  1049: {
    failure: "unavailable",
    says: (database, text) => `The database ${database} does not exist (${text}). Create it, or correct the name.`,
  },
  1046: {
    failure: "unavailable",
    says: (database) =>
      `No database is selected on ${database}. Name one in the pool's options, the URI, or the option "database".`,
  },
  1054: outdated,
  1146: outdated,
  1305: outdated,
  1318: outdated,
  1665: {
    failure: "unavailable",
    says: (database, text) =>
      `The binary log of the database ${database} has the wrong format (${text}). Set binlog_format to ROW or MIXED.`,
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

/**
 * The known facts about an error, from the server's number for it, the code of the network or the driver, and the text.
 */
export interface KnownError {
  readonly errno: number;
  readonly code: string;
  readonly text: string;
  readonly during: "connect" | "call" | "commit" | "host" | "migrate";
  /** Whether an established connection no longer answers, under any error code. */
  readonly isLost: boolean;
  /** Whether the error is the server's answer, rather than an error of the driver or the network. */
  readonly isAnswer: boolean;
}

export function causeOf({ errno, code, text, during, isLost, isAnswer }: KnownError): Cause | undefined {
  if (during === "connect" && code === "ETIMEDOUT") return noAnswer;
  if (during === "migrate" && causes[errno] === forbidden) return forbiddenToMigrate;
  if (errno === 1290 && !saysReadOnly(text)) return undefined;
  if (saysDeadlock(errno, text)) return deadlock;
  if (saysOutside(errno, text)) return outsideCluster;
  // One number for two things: connections, of which one may become free, and hourly limits.
  if (errno === 1226 && !text.includes("max_user_connections")) return usedUp;
  // MariaDB has accepted the trigger before, so the version of the server is not the reason.
  if (errno === 1064 && /trigger\b.* has an error in its body/i.test(text)) return damagedTrigger;
  if (isOfCall(during) && causes[errno] === forbidden && !namesOurs(text)) return forbiddenToOne;
  // The text of a server's answer may be a trigger's.
  const byText = isAnswer ? undefined : causeByText(text);
  const known = causes[errno] ?? causes[code] ?? byText ?? (isLost ? lost : undefined);
  if (during === "migrate" && (known === lost || errno === failedAtCommit)) return stepUncertain;
  return known ?? (isAnswer && isOfCall(during) ? refused : undefined);
}

/** What a node answers that loses its cluster while it commits. The other nodes may have the transaction all the same. */
export const failedAtCommit = 1180;

const isOfCall = (during: KnownError["during"]) => during !== "connect" && during !== "migrate";

/** What a server that takes no writes is told to wait for. It knows no such level, and says so in the words of any language. */
export const outsideText = "OUTSIDE_OF_THE_GROUP";

export function saysOutside(errno: number, text: string): boolean {
  return errno === 1231 && text.includes(outsideText);
}

/** Other options share that number, and option names are the same in every language. */
export function saysReadOnly(text: string): boolean {
  return /read[-_]only/i.test(text);
}

/**
 * Another member of a cluster has changed rows of the open transaction, which was rolled back. A COMMIT, or a SAVEPOINT
 * that no longer finds the transaction, says so by a number of the storage engine, the same in every language.
 */
export function saysDeadlock(errno: number, text: string): boolean {
  return [1030, 1180].includes(errno) && /\b(149|153)\b/.test(text);
}

/** Errors of mysql2 itself, which have no code. */
function causeByText(text: string): Cause | undefined {
  if (/closed state/.test(text)) return lost;
  if (/Pool is closed/.test(text)) {
    return {
      failure: "misused",
      says: () =>
        "The program ended the pool of the database's adapter. Open a new pool, and create the adapter again.",
    };
  }
  // From Kysely, since 0.28.
  if (/^Transaction is already (committed|rolled back)/.test(text)) {
    return { failure: "misused", says: (database) => noTransactionOpen("START TRANSACTION", database).message };
  }
  return undefined;
}
