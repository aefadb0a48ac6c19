import type { StoredSettings } from "@slotwright/core/adapter";
import type { Run } from "./connection.ts";
import type { TableNames } from "./schema.ts";

export async function readSettings(run: Run, { settings }: TableNames): Promise<StoredSettings | undefined> {
  const { rows } = await run<{ readonly document: string }>(`select document from ${settings}`);
  const [found] = rows.map(({ document }) => JSON.parse(document) as StoredSettings);
  return found;
}

/** There is room for one row. The second caller changes nothing, and reads what the first one stored. */
export async function storeSettings(run: Run, tables: TableNames, settings: StoredSettings): Promise<StoredSettings> {
  await run(`insert into ${tables.settings} (document) values ($1) on conflict do nothing`, [JSON.stringify(settings)]);
  return (await readSettings(run, tables)) ?? settings;
}

/** Milliseconds since 1970 have no time zone. */
export async function readClock(run: Run): Promise<Date> {
  const { rows } = await run<{ readonly now: string }>(
    "select (extract(epoch from clock_timestamp()) * 1000)::bigint as now",
  );
  return new Date(Number(rows[0]?.now));
}
