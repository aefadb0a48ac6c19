import { copyOf } from "../model/plain-json.ts";
import type { RelayWrite, StoredRelay } from "../storage/adapter.ts";
import type { Tables } from "./database.ts";

export function readRelay({ relays }: Tables, name: string): StoredRelay | undefined {
  const stored = relays.get(name);
  return stored && copyOf(stored);
}

export function storeRelay({ relays }: Tables, { name, expected, state }: RelayWrite): boolean {
  if ((relays.get(name)?.version ?? 0) !== expected) return false;
  relays.set(name, { version: expected + 1, state: copyOf(state) });
  return true;
}
