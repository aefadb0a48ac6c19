import type { StorageAdapter } from "../src/index.ts";

type Method = "load" | "findSlots" | "findAppointments" | "readJournals" | "commit";

/** What happens to a call: it goes through, it fails before anything was done, or it fails after all was done. */
export type Fate = { readonly before?: Error; readonly after?: Error } | undefined;

/** The adapter with some calls failing the way a database fails: `fateOf` is asked at every call. */
export function failingStorage(
  storage: StorageAdapter,
  fateOf: (method: Method, call: number) => Fate,
): StorageAdapter {
  const calls = new Map<Method, number>();
  const wrap =
    <A extends unknown[], T>(method: Method, run: (...args: A) => Promise<T>) =>
    async (...args: A): Promise<T> => {
      const call = (calls.get(method) ?? 0) + 1;
      calls.set(method, call);
      const fate = fateOf(method, call);
      if (fate?.before) throw fate.before;
      const result = await run(...args);
      if (fate?.after) throw fate.after;
      return result;
    };
  return {
    ...storage,
    load: wrap("load", storage.load),
    findSlots: wrap("findSlots", storage.findSlots),
    findAppointments: wrap("findAppointments", storage.findAppointments),
    readJournals: wrap("readJournals", storage.readJournals),
    commit: wrap("commit", storage.commit),
  };
}
