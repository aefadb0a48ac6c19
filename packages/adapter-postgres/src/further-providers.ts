import { columnNames } from "@slotwright/adapter-sql";
import { nameOf, type Place } from "./strategy.ts";

/**
 * The table of further providers follows the appointments by triggers, so that no write has to know of it, and changes by
 * hand are followed as well. An appointment with one provider, as most are, costs the look for a comma.
 */
const isShared = (row: "old" | "new") => `${row}.provider_ids like '%,%'`;

const changed = [...columnNames.further_providers, "provider_ids"]
  .map((name) => `old.${name} <> new.${name}`)
  .join(" or ");

/** Runs as the owner of the tables: nobody else needs to write this one, or to delete anything. */
export const furtherProvidersFunction = {
  name: "follow_providers",
  runsAs: "security definer",
  body: (place: Place): string => `begin
  if tg_op <> 'INSERT' then
    delete from ${nameOf(place, "further_providers")} where id = old.id;
  end if;
  if tg_op <> 'DELETE' then
    insert into ${nameOf(place, "further_providers")} (${columnNames.further_providers.join(", ")})
    select distinct new.id, listed.id, new.subject_id, new.facility_id, new.start_at, new.status
    from json_array_elements_text(new.provider_ids::json) as listed(id) where listed.id <> new.provider_id;
  end if;
  return null;
end`,
} as const;

const trigger = (event: string, condition: string) =>
  ({
    name: `appointments_shared_${event}`,
    table: "appointments",
    on: `after ${event} on % for each row when (${condition})`,
    call: furtherProvidersFunction.name,
  }) as const;

export const furtherProvidersTriggers = [
  trigger("insert", isShared("new")),
  trigger("update", `(${isShared("old")} or ${isShared("new")}) and (${changed})`),
  trigger("delete", isShared("old")),
];
