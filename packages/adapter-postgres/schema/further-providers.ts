import { columnNames } from "@slotwright/adapter-sql";
import { type Namespace, quotedName } from "../src/strategy.ts";

/**
 * Triggers keep the table of further providers up to date, so that no write has to know of it, and changes by hand are
 * covered as well. An appointment with one provider, as most have, has no list of them.
 *
 * The function runs as the owner of the tables. No other role needs to write this table, or to delete anything.
 */
export const furtherProvidersFunction = {
  name: "follow_providers",
  runsAs: "security definer",
  body: (namespace: Namespace): string => `begin
  if tg_op <> 'INSERT' then
    if exists (select from former where provider_ids is not null) then
      delete from ${quotedName(namespace, "further_providers")}
      where id = any (array(select id from former where provider_ids is not null));
    end if;
  end if;
  if tg_op <> 'DELETE' then
    if exists (select from changed where provider_ids is not null) then
      insert into ${quotedName(namespace, "further_providers")} (${columnNames.further_providers.join(", ")})
      select distinct a.id, listed.id, a.subject_id, a.facility_id, a.start_at, a.status
      from changed as a cross join lateral json_array_elements_text(a.provider_ids::json) as listed(id)
      where listed.id <> a.provider_id;
    end if;
  end if;
  return null;
end`,
} as const;

// Without a condition for each trigger: the server reads the text of a condition anew in every statement, and copies
// those of all triggers of the table.
const trigger = (event: string, rows: string) =>
  ({
    name: `appointments_shared_${event}`,
    table: "appointments",
    on: `after ${event} on % referencing ${rows} for each statement`,
    call: furtherProvidersFunction.name,
  }) as const;

export const furtherProvidersTriggers = [
  trigger("insert", "new table as changed"),
  trigger("update", "old table as former new table as changed"),
  trigger("delete", "old table as former"),
];
