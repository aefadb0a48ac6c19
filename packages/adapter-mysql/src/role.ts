import { StorageError } from "@slotwright/core/adapter";
import type { Connection } from "./connection.ts";

const question = "select convert(if(@@global.read_only, 'true', 'false') using binary) as doc";

/** A replica, a former primary, or a server that its group has left behind, unless an administrator wants it so. */
export async function takesNoWrites(connection: Connection): Promise<boolean> {
  const [answer] = await connection.documents<boolean>(question, []);
  return answer === true;
}

export function mayBeBehind({ databaseName }: Connection): StorageError {
  return new StorageError(
    "transient",
    `The server of the database ${databaseName} takes no writes, and lacks entries that the reader has had from another one. Nothing was changed; try again when it has caught up, or ask the server that takes writes.`,
  );
}
