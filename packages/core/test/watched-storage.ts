import type { StorageAdapter } from "../src/index.ts";

/** Counts what goes out, and answers in a later turn of the event loop, as a database does. */
export function watched(storage: StorageAdapter) {
  const sent = { loads: [] as number[], commits: [] as number[] };
  const later = <T>(answer: Promise<T>) => new Promise<T>((done) => setTimeout(() => done(answer), 1));
  const watching: StorageAdapter = {
    ...storage,
    load: (keys) => {
      sent.loads.push(keys.length);
      return later(storage.load(keys));
    },
    commit: (transitions) => {
      sent.commits.push(transitions.length);
      return later(storage.commit(transitions));
    },
  };
  return { storage: watching, sent };
}
