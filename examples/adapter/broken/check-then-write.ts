import type { RecordKey } from "@slotwright/core/adapter";
import { jsonAdapter } from "../adapter.ts";
import { inOrder, type Steps, staleKeys } from "../commit.ts";
import type { Run } from "../connection.ts";
import type { MakeAdapter } from "../harness.ts";
import type { LockedRow } from "../reads.ts";
import type { TableNames } from "../schema.ts";
import { forgivingJournal } from "./forgiving-journal.ts";

export async function readVersions(run: Run, { records }: TableNames, keys: readonly RecordKey[]) {
  const ids = keys.map(({ id }) => id);
  return (await run<LockedRow>(`select kind, id, version, status from ${records} where id = any($1)`, [ids])).rows;
}

export const lockNothing: Steps["skip"] = async () => undefined;

/** At READ COMMITTED, what was read may be out of date when the next statement writes. */
const readWithoutLock: Steps["lock"] = async (run, tables, { expect }) => {
  const keys = expect.map(({ key }) => key);
  return staleKeys(expect, await readVersions(run, tables, keys));
};

export const writeWithoutGuard: Steps["write"] = async (run, { records }, { put }) => {
  await run(
    `insert into ${records} (document) select value from jsonb_array_elements($1)
     on conflict (id, kind) do update set document = excluded.document`,
    [inOrder(put)],
  );
  return [];
};

/** Reads the versions, finds them right, and then writes, whatever they are by now. */
export const checkThenWrite: MakeAdapter = (options) =>
  jsonAdapter({
    ...options,
    steps: { skip: lockNothing, lock: readWithoutLock, write: writeWithoutGuard, journal: forgivingJournal },
  });
