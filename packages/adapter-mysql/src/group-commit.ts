import { sql } from "kysely";
import type { Connection } from "./connection.ts";
import { isRolledBackByGroup, isUnknownVariable, leftGroup, toStorageError } from "./errors.ts";
import { waitAsBefore, waitForGroup } from "./group-consistency.ts";
import type { MysqlStrategy } from "./strategy.ts";

/** A read of one of our tables: it waits for the group, if the session asks for that. */
export function membershipQuestion({ queries }: Pick<MysqlStrategy, "queries">): string {
  return sql`select version from ${sql.table("migrations")} limit 1`.compile(queries).sql;
}

/**
 * What the error of a COMMIT means: itself if nothing was written, or `unknown`. A group rolls a transaction back if
 * another one was faster. Some versions say the same to one that waits for the group when its server leaves it, and the
 * other members may have that one.
 */
export async function afterCommit(error: unknown, connection: Connection, question: string): Promise<unknown> {
  const { databaseName } = connection;
  const meant = toStorageError(error, { databaseName, during: "commit" });
  if (meant.failure === "unknown") return meant;
  if (!isRolledBackByGroup(error) || (await isMember(connection, question))) return error;
  return leftGroup(error, databaseName);
}

/**
 * Asks as somebody who is to be told the latest, which only a member can. It first applies what the group has committed,
 * so a commit that lost finds the one that won when it is decided again. The session is left as it was.
 */
async function isMember(connection: Connection, question: string): Promise<boolean> {
  try {
    await waitForGroup(connection);
  } catch (error) {
    // A server without groups. There, a trigger of the host has used the number.
    return isUnknownVariable(error);
  }
  try {
    await connection.command(question);
    await waitAsBefore(connection);
    return true;
  } catch {
    // The session is given up.
    return false;
  }
}
