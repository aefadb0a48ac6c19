import { type RelayRow, relayToRow, rowToRelay } from "@slotwright/adapter-sql";
import type { RelayWrite, StoredRelay } from "@slotwright/core/adapter";
import { type Connection, inTransaction } from "./connection.ts";
import type { Statements } from "./statements.ts";

export function readRelay(connection: Connection, { readRelay }: Statements, name: string): StoredRelay | undefined {
  const row = connection.get<RelayRow>(readRelay, [name]);
  return row && rowToRelay(row);
}

/** Uses its own transaction. */
export function storeRelay(connection: Connection, of: Statements, relay: RelayWrite): boolean {
  return inTransaction(connection, () => {
    const isStored = storeRelayInHost(connection, of, relay);
    return { keep: isStored, result: isStored };
  });
}

/** The same inside a transaction that somebody else ends. */
export function storeRelayInHost(connection: Connection, of: Statements, relay: RelayWrite): boolean {
  const { name, version, state } = relayToRow(relay);
  const changed =
    relay.expected === 0
      ? connection.run(of.insertRelay, [name, version, state])
      : connection.run(of.updateRelay, [version, state, name, relay.expected]);
  return changed > 0;
}
