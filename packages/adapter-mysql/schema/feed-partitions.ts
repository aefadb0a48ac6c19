import type { SchemaObject } from "@slotwright/adapter-sql/schema";
import { type RawBuilder, sql } from "kysely";
import { columnsOf, numbered, partitionCount, rowsIn } from "../src/steps.ts";
import type { MysqlStrategy } from "../src/strategy.ts";

const partitions = sql.table("feed_partitions");
const journal = sql.table("journal");

/**
 * One more than are ever taken: whoever skips a locked row locks the gap behind it, at the stricter isolation levels.
 * Further partitions are inserted behind the last row, where nobody may have locked the gap.
 */
export function partitionRows({ queries }: MysqlStrategy): SchemaObject {
  const statement = sql`insert ignore into ${partitions} (feed_partition, last_seq)
    with recursive n (id) as (select 0 union all select id + 1 from n where id < ${sql.lit(partitionCount)}) select id, 0 from n`;
  return { kind: "rows", name: "feed_partitions", on: "feed_partitions", statement: statement.compile(queries).sql };
}

export const partitionVariables = sql`declare taken int;
    declare last bigint;
    declare probes int;`;

/**
 * Writes entries of the journal into a partition of the feed, which stays locked until the commit can be seen. So the
 * order of the numbers in a partition is the order of the commits. A partition that others hold is skipped: nobody
 * waits.
 *
 * A number is also higher than that of the record's previous entry, whatever the partition of that one, so that readers
 * who follow the numbers get a record's versions in order. That entry is locked where `lock` says so, because a
 * transaction's own view may be older. A new record has none, and looking for it would lock a gap.
 *
 * The row of the partition is written, and not only locked: a cluster that certifies writes, whose locks are local to a
 * node, then lets only one of two nodes commit in a partition. They begin to look at different ones, by what the
 * cluster gives to each of its nodes for its automatic numbers.
 */
export function writeEntries(
  rows: RawBuilder<unknown>,
  strategy: MysqlStrategy,
  lock: RawBuilder<unknown>,
): RawBuilder<unknown> {
  const columns = columnsOf({ table: "journal", how: "insert" });
  const names = sql.join(columns.map((column) => sql.id(column)));
  const values = sql.join(columns.map((column) => sql.id("k", column)));
  const keys = rowsIn(rows, columns, strategy, { only: ["record_kind", "record_id", "version"] });
  const before = sql`select max(j.seq) from ${keys} straight_join ${journal} as j force index (primary)
      on j.record_id = k.record_id and j.record_kind = k.record_kind and j.version = k.version - 1
      where k.version > 1 ${lock}`;
  return sql`${takePartition}
    set last = greatest(last, coalesce((${before}), 0));
    insert into ${journal} (feed_partition, seq, ${names})
    select taken, last + k.number, ${values} from ${rowsIn(rows, columns, strategy, { number: numbered })};
    update ${partitions} set last_seq = last + json_length(${rows}) where feed_partition = taken;`;
}

// Each row is read by its key alone, so that no gap is locked in which somebody inserts.
const takePartition = sql`set taken = ((@@auto_increment_offset - 1) * 32) mod ${sql.lit(partitionCount)}, last = null, probes = 0;
    while last is null do
      if probes = ${sql.lit(partitionCount)} then
        set taken = ${sql.lit(partitionCount + 1)} + floor(rand() * 2000000000), last = 0;
        insert into ${partitions} (feed_partition, last_seq) values (taken, 0);
      else
        select p.last_seq into last from ${partitions} as p force index (primary) where p.feed_partition = taken for update skip locked;
        if last is null then set probes = probes + 1, taken = (taken + 1) mod ${sql.lit(partitionCount)}; end if;
      end if;
    end while;`;
