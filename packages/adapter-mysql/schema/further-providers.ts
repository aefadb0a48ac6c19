import { columnNames } from "@slotwright/adapter-sql";
import { type RawBuilder, sql } from "kysely";
import type { MysqlStrategy } from "../src/strategy.ts";

/**
 * Triggers keep the table of further providers up to date, so that no write has to know of it, and changes by hand are
 * covered as well. An appointment with one provider, as most have, has no list of them.
 */
const furtherProviders = sql.table("further_providers");

const names = columnNames.further_providers;

const ifShared = (row: "old" | "new", body: RawBuilder<unknown>) =>
  sql`if ${sql.id(row, "provider_ids")} is not null then ${body} end if;`;

const listed = ({ textType }: MysqlStrategy, row: "old" | "new") =>
  sql`json_table(${sql.id(row, "provider_ids")}, '$[*]' columns (provider_id ${textType} path '$')) as k`;

export function addFurtherProviders(strategy: MysqlStrategy): RawBuilder<unknown> {
  const values = names.map((name) => (name === "provider_id" ? sql.id("k", name) : sql.id("new", name)));
  return ifShared(
    "new",
    sql`insert into ${furtherProviders} (${sql.join(names.map((name) => sql.id(name)))})
      select distinct ${sql.join(values)} from ${listed(strategy, "new")} where k.provider_id <> new.provider_id;`,
  );
}

/** By whole keys: a part of a key would lock the gaps between the rows, where others want to add theirs. */
export function removeFurtherProviders(strategy: MysqlStrategy): RawBuilder<unknown> {
  return ifShared(
    "old",
    sql`delete f from ${listed(strategy, "old")} straight_join ${furtherProviders} as f force index (primary)
      on f.id = old.id and f.provider_id = k.provider_id where k.provider_id <> old.provider_id;`,
  );
}

/** The columns from which the rows of an appointment are made. */
export const followedColumns: readonly string[] = [...names, "provider_ids"];
