import { rowToSettings, type SettingRow, settingsFound, settingsName, settingsToRow } from "@slotwright/adapter-sql";
import type { StoredSettings } from "@slotwright/core/adapter";
import { type Connection, inTransaction } from "./connection.ts";
import type { Statements } from "./statements.ts";

export function readSettings(connection: Connection, { readSettings }: Statements): StoredSettings | undefined {
  const row = connection.get<SettingRow>(readSettings, [settingsName]);
  return row && rowToSettings(row);
}

/** Uses its own transaction. */
export function storeSettings(connection: Connection, of: Statements, settings: StoredSettings): StoredSettings {
  return inTransaction(connection, () => ({ keep: true, result: storeSettingsInHost(connection, of, settings) }));
}

/** The same inside a transaction that somebody else ends. */
export function storeSettingsInHost(connection: Connection, of: Statements, settings: StoredSettings): StoredSettings {
  const { name, value } = settingsToRow(settings);
  connection.run(of.storeSetting, [name, value]);
  return settingsFound(readSettings(connection, of));
}

/** The machine's own clock, as SQLite sees it. */
export function readClock(connection: Connection, { readClock }: Statements): Date {
  return new Date(connection.get<{ readonly now: number }>(readClock)?.now ?? Number.NaN);
}
