import type { SqlConnection } from "./engine.ts";

/** What an administrator can do to a server and see in it, all on the administrator's connection. */
export interface Administration {
  /** The same database for a role that may only read and write, if that makes a difference. */
  readonly writerUrl: (connection: SqlConnection, url: string) => Promise<string>;
  /** Whether only idle connections may be ended, because the server might not survive anything else. */
  readonly endsIdleOnly: boolean;
  /** Ends the other connections to the database. Resolves with their number. */
  readonly terminateOthers: (connection: SqlConnection) => Promise<number>;
  readonly setReadOnly: (connection: SqlConnection, isReadOnly: boolean) => Promise<void>;
  /** Run within a transaction. From then on the library's commits wait, whichever rows they need. */
  readonly holdCommits: string;
  /** Statements that add a trigger which refuses the appointments of some subjects, and statements that remove it. */
  readonly refusingTrigger: { readonly add: readonly string[]; readonly remove: readonly string[] };
  /** Whether sessions opened from now on are read-only, for as long as they live. Existing ones stay as they are. */
  readonly setNewSessionsReadOnly: (connection: SqlConnection, isReadOnly: boolean) => Promise<void>;
  /** Selects as `server` what no other server answers. */
  readonly whichServer: string;
  /** Selects other transactions that are open or wait for a lock. There are none when nobody is at work. */
  readonly openTransactions: string;
}
