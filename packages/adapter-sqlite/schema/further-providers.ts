import { columnNames } from "@slotwright/adapter-sql";
import { sql } from "kysely";

/**
 * Triggers keep the table of further providers up to date, so that no write has to know of it, and changes by hand are
 * covered as well. An appointment with one provider, as most have, has no list of them.
 */
const appointments = sql.table("appointments");
const furtherProviders = sql.table("further_providers");

const names = columnNames.further_providers;

const isShared = (row: "old" | "new") => sql`${sql.id(row, "provider_ids")} is not null`;

const columns = sql.join(names.map((name) => sql.id(name)));
const values = sql.join(names.map((name) => (name === "provider_id" ? sql`value` : sql.id("new", name))));

const add = sql`insert into ${furtherProviders} (${columns})
  select distinct ${values} from json_each(new.provider_ids) where value <> new.provider_id;`;

const remove = sql`delete from ${furtherProviders} where id = old.id;`;

export const furtherProvidersTriggers = [
  {
    name: "appointments_shared_insert",
    on: sql`after insert on ${appointments} when ${isShared("new")}`,
    body: add,
  },
  {
    name: "appointments_shared_update",
    on: sql`after update of ${columns}, provider_ids on ${appointments} when ${isShared("old")} or ${isShared("new")}`,
    body: sql`${remove} ${add}`,
  },
  {
    name: "appointments_shared_delete",
    on: sql`after delete on ${appointments} when ${isShared("old")}`,
    body: remove,
  },
];
