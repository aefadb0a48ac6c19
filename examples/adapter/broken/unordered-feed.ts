import { type FeedPosition, feedDigest } from "@slotwright/core/adapter";
import { jsonAdapter } from "../adapter.ts";
import type { Steps } from "../commit.ts";
import { entryFrom, takePartition } from "../feed.ts";
import type { MakeAdapter } from "../harness.ts";
import { tablesIn } from "../schema.ts";

/** Writes the entries into the first partition, although others may be at work there. */
const inFirst: Steps["journal"] = async (run, { journal }, { journal: entries }) => {
  const { rowCount } = await run(
    `insert into ${journal} (document, partition) select value, 0 from jsonb_array_elements($1) on conflict do nothing`,
    [JSON.stringify(entries)],
  );
  return rowCount === entries.length;
};

/**
 * Takes a partition once the entries have their numbers. Meanwhile, others take numbers and the partition: with pauses
 * of one length they would commit in the order of their numbers all the same.
 */
const numberedFirst: Steps["journal"] = async (run, tables, transition) => {
  const isNew = await inFirst(run, tables, transition);
  await run("select pg_sleep(random() * 0.05)");
  await run(`update ${tables.journal} set partition = $1 where document ->> 'commandId' = $2`, [
    await takePartition(run, tables),
    transition.command.id,
  ]);
  return isNew;
};

export const sharedPartition: MakeAdapter = (options) => jsonAdapter({ ...options, steps: { journal: inFirst } });

export const lateLock: MakeAdapter = (options) => jsonAdapter({ ...options, steps: { journal: numberedFirst } });

/** Looks at the last mark of a position only once its entry is within reach of the page. */
export const lateReset: MakeAdapter = (options) => {
  const adapter = jsonAdapter(options);
  return {
    ...adapter,
    async readFeed({ after, limit }, call) {
      const read = await adapter.readFeed({ after, limit }, call);
      const mark = Array.isArray(after) ? (after as FeedPosition).at(-1) : undefined;
      if (read.status === "read" || mark === undefined) return read;
      const page = await adapter.readFeed({ after: (after as FeedPosition).slice(0, -1), limit }, call);
      if (page.status === "reset" || page.entries.length < limit) return read;
      const isReached = (page.entries.at(-1)?.seq ?? 0) >= mark.seq;
      return isReached ? read : { ...page, position: [...page.position, mark] };
    },
  };
};

/** Reads what has a higher number than the last entry that was read, as if numbers were in the order of commits. */
export const cursorOnSeq: MakeAdapter = (options) => {
  const { journal } = tablesIn(options.schema);
  return {
    ...jsonAdapter(options),
    async readFeed({ after, limit }) {
      const last = after === "end" || after === null ? 0 : (after[0]?.seq ?? 0);
      const { rows } = await options.pool.query<{ readonly document: string; readonly seq: string }>(
        `select document::text, seq from ${journal} where seq > $1 order by seq limit $2`,
        [last, limit],
      );
      const entries = rows.map(({ document, seq }) => {
        return { partition: 0, seq: Number(seq), entry: entryFrom(document) };
      });
      const end = entries.at(-1);
      const position = end && [{ partition: 0, seq: end.seq, digest: feedDigest(end.entry) }];
      return { status: "read", entries, position: position ?? (after === "end" ? [] : (after ?? [])) };
    },
  };
};
