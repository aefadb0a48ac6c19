import type { Steps } from "../commit.ts";
import { takePartition } from "../feed.ts";

/**
 * Not broken by itself, but blind: the journal of an adapter without a key on (record, version). In the sound adapter,
 * that key is a second guard, and would hide that the first one is missing.
 */
export const forgivingJournal: Steps["journal"] = async (run, tables, { journal: entries }) => {
  await run(
    `insert into ${tables.journal} (document, partition) select value, $2 from jsonb_array_elements($1)
     on conflict (record_id, version, record_kind) do update set document = excluded.document`,
    [JSON.stringify(entries), await takePartition(run, tables)],
  );
  return true;
};
