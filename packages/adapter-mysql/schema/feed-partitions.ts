import type { TableName } from "@slotwright/adapter-sql";
import type { SchemaObject } from "@slotwright/adapter-sql/schema";
import { type RawBuilder, sql } from "kysely";
import { columnsOf, numbered, partitionCount, rowsIn } from "../src/steps.ts";
import type { MysqlStrategy } from "../src/strategy.ts";

const partitions = sql.table("feed_partitions");
const journal = sql.table("journal");

/**
 * One more than are ever taken: a transaction that skips a locked row locks the gap behind it, at the stricter isolation levels.
 * Further partitions are inserted behind the last row, where nobody may have locked the gap.
 */
export function partitionRows({ queries }: MysqlStrategy): SchemaObject {
  const statement = sql`insert ignore into ${partitions} (feed_partition, last_seq)
    with recursive n (id) as (select 0 union all select id + 1 from n where id < ${sql.lit(partitionCount)}) select id, 0 from n`;
  return { kind: "rows", name: "feed_partitions", on: "feed_partitions", statement: statement.compile(queries).sql };
}

/** The number of a record's latest entry, which only this engine needs. */
export function feedNumbers({ queries }: MysqlStrategy): readonly SchemaObject[] {
  return numberedTables.map((table) => {
    const statement = sql`alter table ${sql.table(table)} add column feed_seq bigint not null default 0`;
    return { kind: "column", name: "feed_seq", on: table, statement: statement.compile(queries).sql };
  });
}

const numberedTables = ["slots", "appointments", "availabilities"] as const satisfies readonly TableName[];

/** Whether the rows of a table have the number of their latest entry. */
export const isNumbered = (table: TableName): boolean => numberedTables.some((one) => one === table);

/**
 * The highest number that the session has seen or given: a Lamport clock. A record's rows are locked before its entries
 * are numbered, and their numbers are noted here, so an entry gets a higher number than the record's entry before,
 * whatever the partition of that one. Readers who follow the numbers then get a record's versions in order. It belongs
 * to the session because a large batch takes several calls, and it does no harm if it is higher than it has to be.
 */
const sessionNumber = sql`@slotwright_feed_seq`;

/** The session's number while a procedure runs. */
export const latestNumber = sql`last`;

export const partitionVariables = sql`declare last bigint default coalesce(${sessionNumber}, 0);
    declare taken int;
    declare counted bigint;
    declare probes int;`;

/** For the session's next call. */
export const keepLatestNumber = sql`set ${sessionNumber} = ${latestNumber};`;

/** The higher one of the latest number and another, which may be NULL. */
export const orLatest = (number: RawBuilder<unknown>) => sql`greatest(${latestNumber}, coalesce(${number}, 0))`;

/**
 * Writes entries of the journal into a partition of the feed, which stays locked until the commit can be seen. So the
 * order of the numbers in a partition is the order of the commits. A partition that others hold is skipped: nobody
 * waits.
 *
 * The row of the partition is written, and not only locked: a cluster that certifies writes, whose locks are local to a
 * node, then lets only one of two nodes commit in a partition. They begin to look at different ones, by what the
 * cluster gives to each of its nodes for its automatic numbers.
 */
export function writeEntries(rows: RawBuilder<unknown>, strategy: MysqlStrategy): RawBuilder<unknown> {
  const columns = columnsOf({ table: "journal", how: "insert" });
  const names = sql.join(columns.map((column) => sql.id(column)));
  const values = sql.join(columns.map((column) => sql.id("k", column)));
  return sql`${takePartition}
    set ${latestNumber} = ${orLatest(sql`counted`)};
    insert into ${journal} (feed_partition, seq, ${names})
    select taken, ${latestNumber} + k.number, ${values} from ${rowsIn(rows, columns, strategy, numbered)};
    set ${latestNumber} = ${latestNumber} + row_count();
    update ${partitions} set last_seq = ${latestNumber} where feed_partition = taken;`;
}

// Each row is read by its key alone, so that no gap is locked in which somebody inserts.
const takePartition = sql`set taken = ((@@auto_increment_offset - 1) * 32) mod ${sql.lit(partitionCount)}, counted = null, probes = 0;
    while counted is null do
      if probes = ${sql.lit(partitionCount)} then
        set taken = ${sql.lit(partitionCount + 1)} + floor(rand() * 2000000000), counted = 0;
        insert into ${partitions} (feed_partition, last_seq) values (taken, 0);
      else
        select p.last_seq into counted from ${partitions} as p force index (primary) where p.feed_partition = taken for update skip locked;
        if counted is null then set probes = probes + 1, taken = (taken + 1) mod ${sql.lit(partitionCount)}; end if;
      end if;
    end while;`;
