import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { SqliteDatabase } from "@slotwright/adapter-sqlite";
import { sqliteAdapter } from "@slotwright/adapter-sqlite";
import type { ConformanceStore } from "@slotwright/conformance";
import type { StorageAdapter } from "@slotwright/core/adapter";

/** Opens fresh SQLite stores, each in a file of its own. Their cases need no host and corrupt nothing. */
export function sqliteStores(makeAdapter: (filename: string) => StorageAdapter<SqliteDatabase>) {
  return async (): Promise<ConformanceStore> => {
    const folder = await mkdtemp(join(tmpdir(), "slotwright-broken-"));
    const filename = join(folder, "bookings.sqlite");
    const owner = sqliteAdapter({ filename });
    await owner.migrate();
    await owner.close();
    const storage = makeAdapter(filename) as StorageAdapter;
    const second = makeAdapter(filename) as StorageAdapter;
    const unused = () => Promise.reject(new Error("No case asked for this so far."));
    return {
      storage,
      second,
      beginHostTransaction: unused,
      corrupt: unused,
      close: async () => {
        await Promise.all([storage.close(), second.close()]);
        await rm(folder, { recursive: true, force: true });
      },
    };
  };
}
