import { newToken } from "../ids.ts";
import type { RelayStorage, StoredState } from "./relay-storage.ts";
import type { Contender, ParkedState, RelayState } from "./state.ts";

/** Behind: what is stored is older than what this holder has written. Over: others have the lease, or may have it. */
export type Standing = "held" | "behind" | "over";

/** What the holder of a lease has stored. */
export interface OwnRow {
  /** What it has written last, and what was asked for since. */
  readonly last: () => StoredState;
  /** Looks at what is stored. `writeId` is that of a write without an answer. */
  readonly look: (writeId?: string) => Promise<Standing>;
  /** Writes upon what `look` has found. Returns whether it is known to be written. */
  readonly write: (state: RelayState) => Promise<boolean>;
  /** Lets others take the lease that is stored, and leaves all else there as it is. */
  readonly leave: () => Promise<void>;
}

interface RowParts {
  readonly storage: RelayStorage;
  readonly contender: Contender;
  readonly taken: StoredState;
  readonly ended: AbortSignal;
  /** Receives what is stored as parked, after others have written. */
  readonly onAsked: (parked: readonly ParkedState[]) => void;
}

/**
 * Its holder is the only one who writes, except for what `release` asks, which makes a further version of what is stored. A
 * failover that loses commits takes back what was written, and then version numbers are used again: those of another
 * holder may have the numbers of one's own. So its holder looks at what is stored before each write.
 */
export function createOwnRow({ storage, contender, taken, ended, onAsked }: RowParts): OwnRow {
  const { token } = taken.state;
  let last = taken;

  function note(stored: StoredState): void {
    last = stored;
    contender.seen = stored.state;
  }

  const isOwn = (state: RelayState) => state.lease?.holder === contender.holder && state.token === token;

  /** Whether it is older than what this holder has written, or was made of something older. */
  const isBehind = ({ version, state }: StoredState) =>
    version < last.version || (version === last.version && state.writeId !== last.state.writeId);

  return {
    last: () => last,
    async look(writeId) {
      const stored = await storage.read(ended);
      if (!stored) return "over";
      const isWritten = stored.state.writeId === writeId;
      if (!isWritten && !isOwn(stored.state)) return "over";
      if (!isWritten && isBehind(stored)) return "behind";
      const isNews = !isWritten && stored.version !== last.version;
      note(stored);
      if (isNews) onAsked(stored.state.parked);
      return "held";
    },
    async write(state) {
      const isWritten = await storage.write(last.version, state, ended);
      if (isWritten) note({ version: last.version + 1, state });
      return isWritten === true;
    },
    async leave() {
      for (let isLeft: boolean | undefined; !isLeft; ) {
        const stored = await storage.read(ended);
        if (!stored || !isOwn(stored.state)) return;
        const state = { ...stored.state, lease: null, writeId: newToken() };
        isLeft = await storage.write(stored.version, state, ended);
      }
    },
  };
}
