import type { KeyValueStore } from "./key-value-store.ts";

/** The part of `indexedDB` that is used. */
export interface IndexedDb {
  open(name: string, version: number): OpenRequest;
}

interface Requested<Result> {
  readonly result: Result;
  readonly error: unknown;
  onsuccess: ((event: never) => unknown) | null;
  onerror: ((event: never) => unknown) | null;
}

interface OpenRequest extends Requested<Database> {
  onupgradeneeded: ((event: never) => unknown) | null;
}

interface Database {
  createObjectStore(name: string): unknown;
  transaction(store: string, mode: "readonly" | "readwrite", options?: { readonly durability: "strict" }): Transaction;
  onversionchange: ((event: never) => unknown) | null;
  onclose: ((event: never) => unknown) | null;
  close(): void;
}

interface Transaction {
  objectStore(name: string): ObjectStore;
  readonly error: unknown;
  oncomplete: ((event: never) => unknown) | null;
  onabort: ((event: never) => unknown) | null;
}

interface ObjectStore {
  put(value: string, key: string): unknown;
  delete(key: string): unknown;
  getAll(): Requested<readonly unknown[]>;
  getAllKeys(): Requested<readonly unknown[]>;
}

const storeName = "pending";

/** Keeps them in IndexedDB, in a database of its own. */
export function indexedDbKeyValueStore(indexedDb: IndexedDb, name = "slotwright"): KeyValueStore {
  let opened: Promise<Database> | undefined;

  function open(): Promise<Database> {
    opened ??= openDatabase(indexedDb, name, () => {
      opened = undefined;
    }).catch((error: unknown) => {
      opened = undefined;
      throw error;
    });
    return opened;
  }

  /** Resolves when the transaction is complete: before that, a reload would lose it. */
  async function change(work: (store: ObjectStore) => void): Promise<void> {
    const database = await open();
    await new Promise<void>((resolve, reject) => {
      const transaction = database.transaction(storeName, "readwrite", { durability: "strict" });
      transaction.oncomplete = () => resolve();
      transaction.onabort = () => reject(transaction.error);
      work(transaction.objectStore(storeName));
    });
  }

  return {
    async entries(prefix) {
      const store = (await open()).transaction(storeName, "readonly").objectStore(storeName);
      const [keys, values] = await Promise.all([resultOf(store.getAllKeys()), resultOf(store.getAll())]);
      return keys
        .map((key, index) => [String(key), String(values[index])] as const)
        .filter(([key]) => key.startsWith(prefix));
    },
    set: (key, value) => change((store) => store.put(value, key)),
    delete: (key) => change((store) => store.delete(key)),
  };
}

async function openDatabase(indexedDb: IndexedDb, name: string, onGone: () => void): Promise<Database> {
  const request = indexedDb.open(name, 1);
  request.onupgradeneeded = () => request.result.createObjectStore(storeName);
  const database = await resultOf(request);
  // Another tab may have a newer version of this package, and must not wait for this one.
  database.onversionchange = () => {
    database.close();
    onGone();
  };
  database.onclose = onGone;
  return database;
}

function resultOf<Result>(request: Requested<Result>): Promise<Result> {
  return new Promise((resolve, reject) => {
    request.onsuccess = () => resolve(request.result);
    request.onerror = () => reject(request.error);
  });
}
