import { isRequestError } from "../calls/request-error.ts";
import type { Send } from "../calls/send.ts";
import type { Pauses } from "../tasks/pauses.ts";
import type { ClientRecord, Key } from "./records.ts";
import type { Store } from "./store.ts";

export interface Rereads {
  /** Resolves when the record was read, or the feed has begun anew, which reads everything. */
  readonly want: (key: Key) => Promise<void>;
  readonly close: () => void;
}

interface RereadOptions {
  readonly store: () => Store;
  readonly send: Send;
  readonly pauses: Pauses;
  /** Whether a record that was read is to be kept. */
  readonly isWanted: (record: ClientRecord) => boolean;
}

/** Reads records of which the feed did not say enough. Of each, one read is under way at a time. */
export function createRereads({ store, send, pauses, isWanted }: RereadOptions): Rereads {
  const reading = new Map<Key, { again: boolean; readonly done: Promise<void> }>();
  const closing = new AbortController();

  async function read(key: Key): Promise<void> {
    const generation = store().generation();
    const [, kind = "", id = ""] = /^(\w+):(.*)/s.exec(key) ?? [];
    for (let failures = 1; !closing.signal.aborted; failures++) {
      const isCurrent = () => generation === store().generation();
      if (!isCurrent()) return;
      const before = store().versionOf(key);
      try {
        const found = await readOne(kind, id);
        if (!isCurrent()) return;
        // What was not there may have been created while the answer was on its way.
        if (!found && store().versionOf(key) !== before) continue;
        if (!found) store().remove(key);
        else if (store().shown().has(key) || isWanted(found)) store().receive([found]);
        return;
      } catch (error) {
        if (!isRequestError(error)) throw error;
        await pauses.afterFailure(failures, error);
      }
    }
  }

  /** Undefined if there is no such record for this reader. */
  async function readOne(kind: string, id: string): Promise<ClientRecord | undefined> {
    const name = kind === "slot" ? "getSlot" : "getAppointment";
    try {
      return (await send(name, { [`${kind}Id`]: id }, closing.signal))[kind] as ClientRecord;
    } catch (error) {
      if (isRequestError(error) && error.code === `${kind}_not_found`) return undefined;
      throw error;
    }
  }

  async function readWhileWanted(key: Key): Promise<void> {
    for (;;) {
      await read(key);
      const state = reading.get(key);
      if (state?.again !== true) break;
      state.again = false;
    }
    reading.delete(key);
  }

  return {
    want(key) {
      const state = reading.get(key);
      // What is under way may have been read before the change that is wanted.
      if (state !== undefined) {
        state.again = true;
        return state.done;
      }
      const done = Promise.resolve().then(() => readWhileWanted(key));
      reading.set(key, { again: false, done });
      return done;
    },
    close: () => closing.abort(),
  };
}
