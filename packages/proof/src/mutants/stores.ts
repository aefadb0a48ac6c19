import type { ConformanceStore } from "@slotwright/conformance";
import { type EngineName, loadEngine } from "@slotwright/lab/engines";
import { startServer } from "@slotwright/test-servers";

/** Where the cases that kill mutants run: a fresh, migrated database for each. */
export interface Stores {
  readonly open: () => Promise<ConformanceStore>;
  readonly close: () => Promise<void>;
}

interface Databases {
  readonly create: () => Promise<{ readonly address: string; readonly drop: () => Promise<void> }>;
  readonly close: () => Promise<void>;
}

export async function storesOn(name: EngineName, signal: AbortSignal): Promise<Stores> {
  const engine = await loadEngine(name);
  const databases = await databasesOn(name, signal);
  return {
    close: databases.close,
    async open() {
      const { address, drop } = await databases.create();
      const [storage, second] = [engine.openStorage(address), engine.openStorage(address)];
      await storage.migrate();
      return {
        storage: storage as never,
        second: second as never,
        async beginHostTransaction() {
          const { transaction, commit, rollback } = await storage.begin();
          return { transaction, commit, rollback: () => rollback() };
        },
        corrupt: () => Promise.reject(new Error("No case that kills a mutant changes rows by hand.")),
        async close() {
          await Promise.all([storage.close(), second.close()]);
          await drop();
        },
      };
    },
  };
}

async function databasesOn(name: EngineName, signal: AbortSignal): Promise<Databases> {
  if (name === "sqlite") {
    const { createDatabase } = await loadEngine(name);
    const create = async () => {
      const { address, end } = await createDatabase(signal);
      return { address, drop: () => end({ keep: false }) };
    };
    return { create, close: async () => {} };
  }
  const server = await startServer(name);
  if (server === undefined) throw new Error(`There is no server for ${name}.`);
  const create = async () => {
    const { url, drop } = await server.createDatabase();
    return { address: url, drop };
  };
  return { create, close: () => server.stop() };
}
