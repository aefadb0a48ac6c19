import { type RelayRow, relayToRow, rowToRelay } from "@slotwright/adapter-sql";
import type { RelayWrite, StoredRelay } from "@slotwright/core/adapter";
import type { Connection } from "./connection.ts";
import { withSavepoint } from "./host-transaction.ts";
import { commitOwn, withShortWaits } from "./own-transaction.ts";
import type { On } from "./reads.ts";
import type { Statements } from "./statements.ts";

export async function readRelay({ connection, statements }: On, name: string): Promise<StoredRelay | undefined> {
  const [row] = await connection.read<RelayRow>(statements.readRelay, [Buffer.from(name)]);
  return row && rowToRelay(row);
}

/** Uses its own transaction, whatever is open on the connection or begins implicitly. */
export function storeRelay({ connection, statements }: On, relay: RelayWrite): Promise<boolean> {
  return withShortWaits(connection, async () => {
    await connection.command("start transaction");
    const isStored = await write(connection, statements, relay);
    await commitOwn(connection, statements);
    return isStored;
  });
}

export function storeRelayInHost({ connection, statements }: On, relay: RelayWrite): Promise<boolean> {
  return withSavepoint(connection, () => write(connection, statements, relay));
}

async function write(connection: Connection, of: Statements, relay: RelayWrite): Promise<boolean> {
  const { name, version, state } = relayToRow(relay);
  const [key, document] = [Buffer.from(name), Buffer.from(state)];
  const changed =
    relay.expected === 0
      ? await connection.changed(of.insertRelay, [key, version, document])
      : await connection.changed(of.updateRelay, [version, document, key, relay.expected]);
  return changed > 0;
}
