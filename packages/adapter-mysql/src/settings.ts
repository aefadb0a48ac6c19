import { rowToSettings, type SettingRow, settingsFound, settingsName, settingsToRow } from "@slotwright/adapter-sql";
import type { StoredSettings } from "@slotwright/core/adapter";
import type { Connection } from "./connection.ts";
import { withSavepoint } from "./host-transaction.ts";
import { commitOwn, withShortWaits } from "./own-transaction.ts";
import type { On } from "./reads.ts";
import type { Statements } from "./statements.ts";
import { rollback } from "./transaction-commands.ts";

/**
 * Reads what is committed, whatever the session's isolation level shows: the engine remembers it for as long as it
 * lives.
 */
export async function readSettings(connection: Connection, of: Statements): Promise<StoredSettings | undefined> {
  await connection.command(rollback);
  await connection.command("set transaction isolation level read committed");
  await connection.command("start transaction");
  const settings = await settingsBy(of.readSettings, connection);
  await connection.command(rollback);
  return settings;
}

/**
 * Uses its own transaction, whatever is open on the connection or begins implicitly. If another open transaction has
 * stored the settings, it waits for at most a second.
 */
export async function storeSettings(
  connection: Connection,
  of: Statements,
  settings: StoredSettings,
): Promise<StoredSettings> {
  return withShortWaits(connection, async () => {
    await connection.command("start transaction");
    const stored = await insert(connection, of, settings);
    await commitOwn(connection, of);
    return stored;
  });
}

/** Without a lock: a lock on a missing row would keep others from adding theirs. */
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

/** The row exists at this point. A locking read sees it, however old the transaction's view is. */
async function insert(connection: Connection, of: Statements, settings: StoredSettings): Promise<StoredSettings> {
  const { name, value } = settingsToRow(settings);
  await connection.documents(of.storeSetting, [Buffer.from(name), Buffer.from(value)]);
  return settingsFound(await settingsBy(of.readSettingsNow, connection));
}

async function settingsBy(statement: string, connection: Connection): Promise<StoredSettings | undefined> {
  const [row] = await connection.documents<SettingRow>(statement, [Buffer.from(settingsName)]);
  return row && rowToSettings(row);
}

/** The clock is that of the node, which needs to catch up with nobody for it. */
export async function readClock({ connection, statements }: On): Promise<Date> {
  const [row] = await connection.documents<{ readonly now: number }>(statements.readClock, []);
  return new Date(row?.now ?? Number.NaN);
}
