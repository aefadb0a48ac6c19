import { rowToSettings, type SettingRow, settingsFound, settingsName, settingsToRow } from "@slotwright/adapter-sql";
import type { StoredSettings } from "@slotwright/core/adapter";
import type { Connection } from "./connection.ts";
import { withSavepoint } from "./host-transaction.ts";
import { withShortWaits } from "./own-transaction.ts";
import type { On } from "./reads.ts";
import type { Statements } from "./statements.ts";
import { commit, rollback } from "./transaction-commands.ts";

/** What is committed, whatever the session's isolation level shows: it is remembered for as long as the engine lives. */
export async function readSettings(connection: Connection, of: Statements): Promise<StoredSettings | undefined> {
  await connection.command(rollback);
  await connection.command("set transaction isolation level read committed");
  await connection.command("start transaction");
  const settings = await settingsBy(of.readSettings, connection);
  await connection.command(rollback);
  return settings;
}

/**
 * In a transaction of its own, whatever is open on the connection, or begins by itself. Another transaction that has
 * stored them and is still open is not waited for longer than a second.
 */
export async function storeSettings(
  connection: Connection,
  of: Statements,
  settings: StoredSettings,
): Promise<StoredSettings> {
  return withShortWaits(connection, async () => {
    await connection.command("start transaction");
    const stored = await insert(connection, of, settings);
    await connection.command(commit);
    return stored;
  });
}

/** Without a lock: a lock on a row that does not exist would keep others from adding theirs. */
export function readSettingsInHost(connection: Connection, of: Statements): Promise<StoredSettings | undefined> {
  return withSavepoint(connection, () => settingsBy(of.readSettings, connection));
}

export function storeSettingsInHost(
  connection: Connection,
  of: Statements,
  settings: StoredSettings,
): Promise<StoredSettings> {
  return withSavepoint(connection, () => insert(connection, of, settings));
}

/** By now the row exists. A locking read sees it, however old the view of the transaction is. */
async function insert(connection: Connection, of: Statements, settings: StoredSettings): Promise<StoredSettings> {
  const { name, value } = settingsToRow(settings);
  await connection.documents(of.storeSetting, [Buffer.from(name), Buffer.from(value)]);
  return settingsFound(await settingsBy(of.readSettingsNow, connection));
}

async function settingsBy(statement: string, connection: Connection): Promise<StoredSettings | undefined> {
  const [row] = await connection.documents<SettingRow>(statement, [Buffer.from(settingsName)]);
  return row && rowToSettings(row);
}

export async function readClock({ connection, statements }: On): Promise<Date> {
  const [row] = await connection.read<{ readonly now: number }>(statements.readClock, []);
  return new Date(row?.now ?? Number.NaN);
}
