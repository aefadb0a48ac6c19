/**
 * Where a client keeps the commands that are under way, so that they survive a reload. Whatever rejects is as good as not
 * there: a command is sent all the same, but does not survive.
 */
export interface KeyValueStore {
  /** All entries whose key begins with `prefix`. */
  readonly entries: (prefix: string) => Promise<readonly (readonly [key: string, value: string])[]>;
  /** Resolves when the value is kept. */
  readonly set: (key: string, value: string) => Promise<void>;
  readonly delete: (key: string) => Promise<void>;
}

/** Keeps them for as long as the program runs: where there is no IndexedDB, as in Node. */
export function memoryKeyValueStore(): KeyValueStore {
  const values = new Map<string, string>();
  return {
    entries: async (prefix) => [...values].filter(([key]) => key.startsWith(prefix)),
    set: async (key, value) => void values.set(key, value),
    delete: async (key) => void values.delete(key),
  };
}
