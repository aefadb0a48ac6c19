import { refusalText } from "@slotwright/adapter-sql";
import type { SchemaObject } from "@slotwright/adapter-sql/schema";
import type { Guard } from "@slotwright/core/adapter";
import { type Namespace, quotedName } from "../src/strategy.ts";

/** The settings of all our functions: names without a schema are the system's own. */
export const functionSettings = "set search_path = pg_catalog, pg_temp";

/**
 * The settings of the commit function, which also apply to all triggers that it fires. Plans are made once for each
 * connection. Planning in each call takes longer than running the plans. So plans must find rows by their keys even if
 * they are made while the tables are empty, or in a call with many rows. Triggers do not repeat these settings: each
 * setting of each function costs every booking a microsecond or two.
 */
export const commitSettings = `${functionSettings}
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set enable_material = off`;

/**
 * On while the commit function writes: it has locked all rows that its changes depend on. It is not among the
 * function's settings, because only a superuser may create a function with a custom setting.
 */
const locksHeld = "slotwright.locks_held";
export const holdsLocks = `coalesce(current_setting('${locksHeld}', true), '') = 'on'`;
export const sayLocksHeld = (state: "on" | "off"): string => `set_config('${locksHeld}', '${state}', true)`;

/** Quotes the body of a function. */
export function quoted(body: string): string {
  return `$slotwright$\n${body.trim()}\n$slotwright$`;
}

export function triggerFunction(namespace: Namespace, name: string, body: string, runsAs = ""): SchemaObject {
  const statement = `create or replace function ${quotedName(namespace, name)}() returns trigger language plpgsql ${runsAs}
${functionSettings}
as ${quoted(body)}`;
  return { kind: "function", name, statement };
}

/** Refuses in the same way as a broken CHECK of this name. */
export function refuse(guard: Guard, words: string): string {
  const message = refusalText(guard, words).replaceAll("'", "''");
  return `raise exception using errcode = 'check_violation', constraint = '${guard}', message = '${message}';`;
}
