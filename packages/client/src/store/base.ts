import { type ClientRecord, type Key, keyOf } from "./records.ts";

/** What a refusal said of a slot: its version, and the state that was in the way. */
export interface Told {
  readonly version: number;
  readonly fields: Partial<ClientRecord>;
}

/** The records as the server had them, each in the highest version that anything has brought. */
export interface Base {
  readonly get: (key: Key) => ClientRecord | undefined;
  /** The record without what a refusal said since. */
  readonly recordOf: (key: Key) => ClientRecord | undefined;
  /** Takes a record if its version is higher than the known one. Says whether it did. */
  readonly put: (record: ClientRecord) => boolean;
  /** Takes what a refusal said, if it is newer than the record. */
  readonly tell: (key: Key, told: Told) => void;
  /** The server says that there is no such record for this reader. */
  readonly remove: (key: Key) => void;
  readonly keys: () => Iterable<Key>;
}

/**
 * What a refusal tells is kept beside the record, not in it: it has a version and a state, but not all fields. So the
 * entry of the feed that has them still finds the version that it changes.
 */
export function createBase(): Base {
  const records = new Map<Key, ClientRecord>();
  const told = new Map<Key, Told>();
  return {
    get(key) {
      const [record, news] = [records.get(key), told.get(key)];
      if (record === undefined || news === undefined) return record;
      return { ...record, ...news.fields, version: news.version } as ClientRecord;
    },
    recordOf: (key) => records.get(key),
    put(record) {
      const key = keyOf(record);
      if (record.version <= (records.get(key)?.version ?? 0)) return false;
      records.set(key, record);
      if (record.version >= (told.get(key)?.version ?? Number.POSITIVE_INFINITY)) told.delete(key);
      return true;
    },
    tell(key, news) {
      const known = Math.max(records.get(key)?.version ?? 0, told.get(key)?.version ?? 0);
      if (news.version > known) told.set(key, news);
    },
    remove(key) {
      records.delete(key);
      told.delete(key);
    },
    keys: () => records.keys(),
  };
}
