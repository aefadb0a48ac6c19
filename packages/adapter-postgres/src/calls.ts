import { listCalls, type TableCalls } from "@slotwright/adapter-sql";
import type { RecordKey } from "@slotwright/core/adapter";
import { loadAround, loadAroundInHost } from "./around.ts";
import { commitBatch } from "./commit.ts";
import type { Runner } from "./connection.ts";
import { readFeed } from "./feed.ts";
import { loadRecords } from "./reads.ts";
import { readRelay, storeRelay } from "./relays.ts";
import { readClock, readSettings, storeSettings } from "./settings.ts";
import { statementOf } from "./statement-names.ts";
import type { Statements } from "./statements.ts";

/** What a call works on. */
export interface On {
  readonly run: Runner;
  readonly statements: Statements;
  /** There, calls wait for rows that others have locked, and only the host can commit. */
  readonly isHostTransaction: boolean;
}

function loadPlainly(on: On, keys: readonly RecordKey[]) {
  return loadRecords(on, on.statements.load, keys);
}

export const ownCalls: TableCalls<On> = {
  ...listCalls(
    ({ statements }: On) => statements.reads,
    async ({ run }, { sql, parameters }, itemOf) => (await run<never>(statementOf(sql), parameters)).map(itemOf),
  ),
  load: loadPlainly,
  loadToShow: loadPlainly,
  loadAround,
  loadAroundToShow: loadAround,
  readFeed: ({ run, statements }, query) => readFeed(run, statements, query),
  commit: commitBatch,
  readSettings,
  storeSettings: (on, settings) => storeSettings(on, on.statements.storeSettingSoon, settings),
  readRelay: ({ run, statements }, name) => readRelay(run, statements, name),
  storeRelay: ({ run, statements }, relay) => storeRelay(run, statements.storeRelaySoon, relay),
  readClock,
};

/** In a host's transaction, reads lock, too. */
export const hostCalls: TableCalls<On> = {
  ...ownCalls,
  load: (on, keys) => loadRecords(on, on.statements.loadAndLock, keys),
  loadAround: loadAroundInHost,
  storeSettings: (on, settings) => storeSettings(on, on.statements.storeSetting, settings),
  storeRelay: ({ run, statements }, relay) => storeRelay(run, statements.storeRelay, relay),
};
