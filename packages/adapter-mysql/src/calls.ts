import { listCalls, type TableCalls } from "@slotwright/adapter-sql";
import type { Slot, SlotQuery } from "@slotwright/core/adapter";
import { loadAround } from "./around.ts";
import { loadAroundInHost } from "./around-in-host.ts";
import { type CommitContext, commitBatch } from "./commit.ts";
import { readFeed } from "./feed.ts";
import { allKnown, findSlotsInHost, type InHost, loadInHost } from "./host-reads.ts";
import { withSavepoint, writeInHost } from "./host-transaction.ts";
import { writeInOwn } from "./own-transaction.ts";
import { listed, loadRecords, loadReplayed, lookAt, type On } from "./reads.ts";
import { readRelay, storeRelay, storeRelayInHost } from "./relays.ts";
import { readClock, readSettings, readSettingsInHost, storeSettings, storeSettingsInHost } from "./settings.ts";

/** The calls of the contract, in our own transactions and in those of hosts. */

function ownCommit({ connection, statements }: On): CommitContext {
  return {
    commits: true,
    write: (transitions) => writeInOwn(connection, statements, transitions),
    look: (keys) => lookAt(connection.read, statements, keys),
    loadReplayed: (ids) => loadReplayed(connection, statements, ids),
  };
}

/** In a host's transaction, commits wait for rows that others have locked. */
function hostCommit({ connection, statements }: InHost): CommitContext {
  // The look sees what is stored now and locks gaps as well, because a commit has met something that the view does not
  // show.
  const on = { connection, caughtUp: connection, statements, schedules: allKnown };
  return {
    commits: false,
    write: (transitions) => writeInHost(connection, statements, transitions),
    look: async (keys) => ({ stored: await loadInHost(on, keys), locked: new Set() }),
    loadReplayed: (ids) => loadReplayed(connection, statements, ids),
  };
}

const lists = listCalls(
  ({ statements }: On) => statements.reads,
  async ({ connection }, read, itemOf) => (await listed<never>(connection, read)).map(itemOf),
);

export const ownCalls: TableCalls<On> = {
  ...lists,
  load: loadRecords,
  loadToShow: loadRecords,
  loadAround,
  loadAroundToShow: loadAround,
  readFeed,
  commit: (on, transitions) => commitBatch(ownCommit(on), transitions),
  readSettings: ({ connection, statements }) => readSettings(connection, statements),
  storeSettings: ({ connection, statements }, settings) => storeSettings(connection, statements, settings),
  readRelay,
  storeRelay,
  readClock,
};

export const hostCalls: TableCalls<InHost> = {
  load: inSavepoint(loadInHost),
  loadToShow: inSavepoint(loadRecords),
  loadAround: inSavepoint(loadAroundInHost),
  loadAroundToShow: inSavepoint(loadAround),
  findSlots: inSavepoint((on, query) => (query.displayOnly ? showSlotsInHost(on, query) : findSlotsInHost(on, query))),
  findOpen: inSavepoint(lists.findOpen),
  findAppointments: inSavepoint(lists.findAppointments),
  readJournals: inSavepoint(lists.readJournals),
  readFeed: inSavepoint(readFeed),
  readRelay: inSavepoint(readRelay),
  storeRelay: storeRelayInHost,
  readClock: inSavepoint(readClock),
  commit: async (on, transitions) => {
    const outcomes = await commitBatch(hostCommit(on), transitions);
    on.schedules.learnStale(outcomes);
    return outcomes;
  },
  readSettings: ({ connection, statements }) => readSettingsInHost(connection, statements),
  storeSettings: ({ connection, statements }, settings) => storeSettingsInHost(connection, statements, settings),
};

async function showSlotsInHost(on: InHost, query: SlotQuery): Promise<readonly Slot[]> {
  const slots = await lists.findSlots(on, query);
  on.schedules.learnSlots(slots);
  return slots;
}

/** An error must not undo the host's earlier work. */
function inSavepoint<Asked, Result>(read: (on: InHost, asked: Asked) => Result | Promise<Result>) {
  return (on: InHost, asked: Asked): Promise<Result> => withSavepoint(on.connection, async () => read(on, asked));
}
