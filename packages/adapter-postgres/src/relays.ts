import { type RelayRow, relayToRow, rowToRelay } from "@slotwright/adapter-sql";
import type { RelayWrite, StoredRelay } from "@slotwright/core/adapter";
import type { Runner } from "./connection.ts";
import type { RelayStatements, Statements } from "./statements.ts";

export async function readRelay(
  run: Runner,
  { readRelay }: Statements,
  name: string,
): Promise<StoredRelay | undefined> {
  const [row] = await run<RelayRow>(readRelay, [name]);
  return row && rowToRelay(row);
}

/** @param store The statements for our own transactions, or those for a host's. */
export async function storeRelay(run: Runner, store: RelayStatements, relay: RelayWrite): Promise<boolean> {
  const { name, version, state } = relayToRow(relay);
  const stored =
    relay.expected === 0
      ? await run(store.insert, [name, version, state], "commit")
      : await run(store.update, [name, version, state, relay.expected], "commit");
  return stored.length > 0;
}
