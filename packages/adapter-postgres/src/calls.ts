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
}

function loadPlainly({ run, statements }: On, keys: readonly RecordKey[]) {
  return loadRecords(run, statements.load, keys);
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
  commit: ({ run, statements }, transitions) => commitBatch({ run, statements, waits: false }, transitions),
  readSettings: ({ run, statements }) => readSettings(run, statements),
  storeSettings: ({ run, statements }, settings) =>
    storeSettings(run, statements, statements.storeSettingSoon, settings),
  readRelay: ({ run, statements }, name) => readRelay(run, statements, name),
  storeRelay: ({ run, statements }, relay) => storeRelay(run, statements.storeRelaySoon, relay),
  readClock: ({ run, statements }) => readClock(run, statements),
};

/** In a host's transaction, commits and reads wait for rows that others have locked. */
export const hostCalls: TableCalls<On> = {
  ...ownCalls,
  load: ({ run, statements }, keys) => loadRecords(run, statements.loadAndLock, keys),
  loadAround: loadAroundInHost,
  commit: ({ run, statements }, transitions) => commitBatch({ run, statements, waits: true }, transitions),
  storeSettings: ({ run, statements }, settings) => storeSettings(run, statements, statements.storeSetting, settings),
  storeRelay: ({ run, statements }, relay) => storeRelay(run, statements.storeRelay, relay),
};
