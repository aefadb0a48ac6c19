import type { SqlConnection } from "./engine.ts";

/** What an administrator can do to a server, and what can be seen there. All on a connection of the administrator's. */
export interface Administration {
  /** The same database for a role that may read and write, and nothing else, where that makes a difference. */
  readonly writerUrl: (connection: SqlConnection, url: string) => Promise<string>;
  /** Whether only idle connections may be ended, since the server might not survive it otherwise. */
  readonly endsIdleOnly: boolean;
  /** Ends the other connections to the database. Resolves with how many. */
  readonly terminateOthers: (connection: SqlConnection) => Promise<number>;
  readonly setReadOnly: (connection: SqlConnection, isReadOnly: boolean) => Promise<void>;
  /** Within a transaction: from then on commits of the library wait, whichever rows they want. */
  readonly holdCommits: string;
  /** Statements that add a trigger which refuses the appointments of some subjects, and that take it away again. */
  readonly refusingTrigger: { readonly add: readonly string[]; readonly remove: readonly string[] };
  /** Whether sessions that are opened from now on may only read, for as long as they live. Others stay as they are. */
  readonly setNewSessionsReadOnly: (connection: SqlConnection, isReadOnly: boolean) => Promise<void>;
  /** Selects transactions of others that are open, or wait for a lock: none when nobody is at work. */
  readonly openTransactions: string;
}
