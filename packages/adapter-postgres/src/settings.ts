import { rowToSettings, type SettingRow, settingsFound, settingsName, settingsToRow } from "@slotwright/adapter-sql";
import type { StoredSettings } from "@slotwright/core/adapter";
import type { On } from "./calls.ts";
import type { Statement } from "./connection.ts";

export async function readSettings({ run, statements }: On): Promise<StoredSettings | undefined> {
  const [row] = await run<SettingRow>(statements.readSettings, [settingsName]);
  return row && rowToSettings(row);
}

/**
 * @param store One of the two statements that store. If another transaction stored the settings, the next statement
 * sees them.
 */
export async function storeSettings(on: On, store: Statement, settings: StoredSettings): Promise<StoredSettings> {
  const { name, value } = settingsToRow(settings);
  await on.run(store, [name, value], "commit");
  return settingsFound(await readSettings(on));
}

export async function readClock({ run, statements }: On): Promise<Date> {
  const [row] = await run<{ readonly now: number }>(statements.readClock, []);
  return new Date(row?.now ?? Number.NaN);
}
