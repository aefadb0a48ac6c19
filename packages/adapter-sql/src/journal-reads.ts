import { type JournalPage, type JournalsQuery, limits } from "@slotwright/core/adapter";
import { sql } from "kysely";
import type { Read } from "./list-shapes.ts";
import type { SqlStrategy } from "./strategy.ts";

/** Reads pages of journals: all by one statement, or each by one of its own. */
export function createJournalReads(strategy: SqlStrategy): (query: JournalsQuery) => readonly Read[] {
  const [oldestFirst, newestFirst] = [new Map<number, string>(), new Map<number, string>()];

  function statementFor(pages: number, descending: boolean): string {
    const compiled = descending ? newestFirst : oldestFirst;
    const statement = compiled.get(pages) ?? compileFor(strategy, pages, descending);
    compiled.set(pages, statement);
    return statement;
  }

  return ({ pages, descending = false }) => {
    if (!strategy.lists.joinsJournals) {
      return pages.map((page) => ({ sql: statementFor(1, descending), parameters: valuesOf(page, descending) }));
    }
    const room = sizes.find((size) => size >= pages.length) ?? limits.journalPages;
    const parameters = pages.flatMap((page) => valuesOf(page, descending));
    for (let free = pages.length; free < room; free++) parameters.push(...nothing);
    return [{ sql: statementFor(room, descending), parameters }];
  };
}

/** For how many pages there are statements. Few distinct numbers mean few statements to prepare. */
const sizes: readonly number[] = [1, 8, limits.journalPages];

/** The values of a page that no row is on. */
const nothing = ["", "", 0, 0];

function valuesOf({ record, afterVersion, limit }: JournalPage, descending: boolean): (string | number)[] {
  const last = descending ? (afterVersion ?? limits.version + 1) - 1 : (afterVersion ?? 0);
  return [record.id, record.kind, last, limit];
}

function compileFor({ lists, queries }: SqlStrategy, pages: number, descending: boolean): string {
  const [beyond, order] = descending ? [sql`<=`, sql`desc`] : [sql`>`, sql`asc`];
  const { selected, text } = lists;
  const page = () =>
    sql`select ${selected("journal")} from ${sql.table("journal")} where record_id = ${text(sql`${""}`)} and record_kind = ${text(sql`${""}`)} and version ${beyond} ${0}
    order by version ${order} limit ${0}`;
  const all = Array.from({ length: pages }, () => sql`(${page()})`);
  return (pages === 1 ? page() : sql`${sql.join(all, sql` union all `)}`).compile(queries).sql;
}
