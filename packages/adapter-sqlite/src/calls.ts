import { type AroundAsked, listCalls, type TableCalls } from "@slotwright/adapter-sql";
import type { RecordKey } from "@slotwright/core/adapter";
import { loadAround } from "./around.ts";
import { commitBatch, commitInHost } from "./commit.ts";
import { type Connection, inSnapshot, refuseInsideHostTransaction } from "./connection.ts";
import { readFeed } from "./feed.ts";
import { kindsOf, loadRecords } from "./reads.ts";
import { readRelay, storeRelay, storeRelayInHost } from "./relays.ts";
import { readClock, readSettings, storeSettings, storeSettingsInHost } from "./settings.ts";
import type { Statements } from "./statements.ts";

/** What a call works on. */
export interface On {
  readonly connection: Connection;
  readonly statements: Statements;
}

export const hostCalls: TableCalls<On> = {
  ...listCalls(
    ({ statements }: On) => statements.reads,
    ({ connection }, { sql, parameters }, itemOf) => connection.all<never>(sql, parameters).map(itemOf),
  ),
  load: ({ connection, statements }, keys) => {
    // SQLite has no row locks: the owner of the write lock has every row.
    connection.run(statements.lock);
    return loadRecords(connection, statements, keys);
  },
  loadToShow: ({ connection, statements }, keys) => loadRecords(connection, statements, keys),
  loadAround: ({ connection, statements }, asked) => {
    connection.run(statements.lock);
    return loadAround(connection, statements, asked);
  },
  loadAroundToShow: ({ connection, statements }, asked) => loadAround(connection, statements, asked),
  readFeed: ({ connection, statements }, query) => readFeed(connection, statements, query),
  commit: ({ connection, statements }, transitions) => commitInHost(connection, statements, transitions),
  readSettings: ({ connection, statements }) => readSettings(connection, statements),
  storeSettings: ({ connection, statements }, settings) => storeSettingsInHost(connection, statements, settings),
  readRelay: ({ connection, statements }, name) => readRelay(connection, statements, name),
  storeRelay: ({ connection, statements }, relay) => storeRelayInHost(connection, statements, relay),
  readClock: ({ connection, statements }) => readClock(connection, statements),
};

export const ownCalls: TableCalls<On> = {
  findSlots: outside(hostCalls.findSlots),
  findOpen: outside(hostCalls.findOpen),
  findAppointments: outside(hostCalls.findAppointments),
  readJournals: outside(hostCalls.readJournals),
  readFeed: outside(hostCalls.readFeed),
  readSettings: outside(hostCalls.readSettings),
  readRelay: outside(hostCalls.readRelay),
  storeRelay: ({ connection, statements }, relay) => storeRelay(connection, statements, relay),
  readClock: hostCalls.readClock,
  load: loadAtOneMoment,
  loadToShow: loadAtOneMoment,
  loadAround: loadAroundAtOneMoment,
  loadAroundToShow: loadAroundAtOneMoment,
  commit: ({ connection, statements }, transitions) => commitBatch(connection, statements, transitions),
  storeSettings: ({ connection, statements }, settings) => storeSettings(connection, statements, settings),
};

function loadAtOneMoment({ connection, statements }: On, keys: readonly RecordKey[]) {
  const work = () => loadRecords(connection, statements, keys);
  // One statement is a snapshot by itself.
  if (kindsOf(keys).length > 1) return inSnapshot(connection, work);
  refuseInsideHostTransaction(connection);
  return work();
}

function loadAroundAtOneMoment({ connection, statements }: On, asked: AroundAsked) {
  return inSnapshot(connection, () => loadAround(connection, statements, asked));
}

function outside<Asked, Result>(read: (on: On, asked: Asked) => Result): (on: On, asked: Asked) => Result {
  return (on, asked) => {
    refuseInsideHostTransaction(on.connection);
    return read(on, asked);
  };
}
