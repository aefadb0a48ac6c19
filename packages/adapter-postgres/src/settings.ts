import { rowToSettings, type SettingRow, settingsFound, settingsName, settingsToRow } from "@slotwright/adapter-sql";
import type { StoredSettings } from "@slotwright/core/adapter";
import type { Runner, Statement } from "./connection.ts";
import { readConfirmed } from "./standbys.ts";
import type { Statements } from "./statements.ts";

/** An engine asks once and never again, so what it is told has to stay. */
export async function readSettings(run: Runner, { readSettings }: Statements): Promise<StoredSettings | undefined> {
  const [row] = await readConfirmed<SettingRow>(run, readSettings, [settingsName]);
  return row && rowToSettings(row);
}

/**
 * @param store One of the two statements that store. If another transaction stored the settings, the next statement
 * sees them.
 */
export async function storeSettings(
  run: Runner,
  of: Statements,
  store: Statement,
  settings: StoredSettings,
): Promise<StoredSettings> {
  const { name, value } = settingsToRow(settings);
  await run(store, [name, value], "commit");
  return settingsFound(await readSettings(run, of));
}

export async function readClock(run: Runner, { readClock }: Statements): Promise<Date> {
  const [row] = await run<{ readonly now: number }>(readClock, []);
  return new Date(row?.now ?? Number.NaN);
}
