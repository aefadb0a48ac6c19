/**
 * What a client asks of the server with a message:
 *
 * - `login`: the first message of a connection.
 * - `query`: SQL as text, which includes `commit` as such. `execute`: SQL by the extended protocol or a prepared
 *   statement. `prepare` and `close`: of a prepared statement, without running it.
 * - `quit`: the client is about to close the connection. `cancel`: PostgreSQL's request to cancel another connection's
 *   statement. `other`: everything else.
 */
export type MessageKind = "login" | "query" | "execute" | "prepare" | "close" | "quit" | "cancel" | "other";

/**
 * One request of a client, which the server answers as a whole. On MySQL it is a command. On PostgreSQL it is
 * everything up to `Sync`, so parsing, binding and executing a statement is one message of the kind `execute`.
 */
export interface ClientMessage {
  readonly kind: MessageKind;
  /**
   * The SQL that is run or prepared, even if only a prepared statement's name or number is sent. If PostgreSQL runs
   * several statements in one message, they are joined by `;` and a line end. `undefined` if there is none.
   */
  readonly sql: string | undefined;
  /** The number of the connection through the proxy, counted from 1. */
  readonly connection: number;
}

/** Whether a message runs matching SQL. Preparing it does not count. */
export function runs(sql: RegExp): (message: ClientMessage) => boolean {
  return (message) =>
    (message.kind === "query" || message.kind === "execute") &&
    message.sql !== undefined &&
    message.sql.search(sql) >= 0;
}
