import { refusalText } from "@slotwright/adapter-sql";
import type { SchemaObject } from "@slotwright/adapter-sql/schema";
import type { Guard } from "@slotwright/core/adapter";
import { nameOf, type Place } from "../src/strategy.ts";

/** What every function of ours runs with: names without schema are the system's own. */
const names = "set search_path = pg_catalog, pg_temp";

/**
 * What the function that commits runs with, and all triggers that it sets off. Plans are made once a connection, not once a
 * call, which takes longer than to run them. So they must find rows by their keys even if they are made while the tables
 * are empty, or in a call with many rows. Triggers do not set this again by themselves: each setting of each function costs
 * every booking a microsecond or two.
 */
export const commitSettings = `${names}
set plan_cache_mode = force_generic_plan
set enable_seqscan = off
set enable_hashjoin = off
set enable_mergejoin = off
set enable_material = off`;

/**
 * On while the function that commits writes: it has locked all rows that its changes rest on. Not among its settings, which
 * may have no name of their own unless a superuser creates the function.
 */
const locksHeld = "slotwright.locks_held";
export const holdsLocks = `coalesce(current_setting('${locksHeld}', true), '') = 'on'`;
export const sayLocksHeld = (state: "on" | "off"): string => `set_config('${locksHeld}', '${state}', true)`;

/** Encloses the body of a function. */
export function quoted(body: string): string {
  return `$slotwright$\n${body.trim()}\n$slotwright$`;
}

export function triggerFunction(place: Place, name: string, body: string, runsAs = ""): SchemaObject {
  const statement = `create or replace function ${nameOf(place, name)}() returns trigger language plpgsql ${runsAs}
${names}
as ${quoted(body)}`;
  return { kind: "function", name, statement };
}

/** Refuses as a broken CHECK of this name would. */
export function refuse(guard: Guard, words: string): string {
  const message = refusalText(guard, words).replaceAll("'", "''");
  return `raise exception using errcode = 'check_violation', constraint = '${guard}', message = '${message}';`;
}
