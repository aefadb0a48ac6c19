import type { StorageAdapter } from "@slotwright/core";
import type { FeedPosition, RelayWrite } from "@slotwright/core/adapter";
import { type Break, type Mutant, withCalls } from "./mutant.ts";

/** What the core stores of a relay, as far as the flaws touch it. */
interface State {
  readonly position?: FeedPosition;
  readonly token?: number;
  readonly lease?: object | null;
  readonly parked?: readonly Parked[];
}

interface Parked {
  readonly fromVersion: number;
  readonly lastVersion: number;
  readonly asked: "retry" | "skip" | null;
}

const ofStored = (change: (state: State) => State): Break =>
  withCalls((storage) => ({
    storeRelay: (relay, call) => storage.storeRelay({ ...relay, state: change(relay.state as State) }, call),
  }));

const ofShown = (change: (state: State) => State): Break =>
  withCalls((storage) => ({
    async readRelay(name, call) {
      const stored = await storage.readRelay(name, call);
      return stored && { ...stored, state: change(stored.state as State) };
    },
  }));

/** Not everything that is stored under a name is the state of a relay. */
const ofParked = (change: (parked: Parked) => Parked): Break =>
  ofStored((state) => (state.parked === undefined ? state : { ...state, parked: state.parked.map(change) }));

const ofNames = (change: (name: string) => string): Break =>
  withCalls((storage) => ({
    readRelay: (name, call) => storage.readRelay(change(name), call),
    storeRelay: (relay, call) => storage.storeRelay({ ...relay, name: change(relay.name) }, call),
  }));

const ofClock = (change: (now: Date) => Date): Break =>
  withCalls((storage) => ({ readClock: async (call) => change(await storage.readClock(call)) }));

/** The place that is stored is after everything that was read, whether it was handed over or not. */
const marksBefore: Break = (storage) => {
  let read: FeedPosition | undefined;
  return withCalls((real) => ({
    async readFeed(query, call) {
      const page = await real.readFeed(query, call);
      if (page.status === "read") read = page.position;
      return page;
    },
    storeRelay: (relay, call) =>
      real.storeRelay({ ...relay, state: { ...(relay.state as State), ...(read && { position: read }) } }, call),
  }))(storage);
};

async function storeAnyway(storage: StorageAdapter<never>, relay: RelayWrite): Promise<boolean> {
  const { version = 0 } = (await storage.readRelay(relay.name)) ?? {};
  return storage.storeRelay({ ...relay, expected: version });
}

/** Reads the version, lets others go on for a while, not all for the same, and writes. */
async function storeLater(storage: StorageAdapter<never>, relay: RelayWrite): Promise<boolean> {
  const { version = 0 } = (await storage.readRelay(relay.name)) ?? {};
  if (version !== relay.expected) return false;
  await new Promise((resolve) => setTimeout(resolve, 20 * Math.random()));
  return storeAnyway(storage, relay);
}

/** The versions of one record on a page, the last one first, in the places that they have. */
function withoutOrder<Placed extends { readonly entry: { readonly recordId: string } }>(
  entries: readonly Placed[],
): readonly Placed[] {
  const byRecord = Map.groupBy(entries, ({ entry }) => entry.recordId);
  return entries.map((placed) => ({ ...placed, entry: byRecord.get(placed.entry.recordId)?.pop()?.entry as never }));
}

/** What a relay does wrongly if its storage does. */
export const relayMutants: readonly Mutant[] = [
  { key: "storeRelay marks entries before they are handed over", breakIt: marksBefore },
  {
    key: "storeRelay ignores the version",
    breakIt: withCalls((storage) => ({ storeRelay: (relay) => storeAnyway(storage, relay) })),
  },
  {
    key: "storeRelay compares the version before it writes",
    breakIt: withCalls((storage) => ({ storeRelay: (relay) => storeLater(storage, relay) })),
  },
  {
    key: "storeRelay says that it has stored what it has not",
    breakIt: withCalls((storage) => ({
      storeRelay: async (relay, call) => (await storage.storeRelay(relay, call)) || true,
    })),
  },
  {
    key: "storeRelay says that it has not stored what it has",
    breakIt: withCalls((storage) => ({
      storeRelay: async (relay, call) => (await storage.storeRelay(relay, call)) && relay.expected === 0,
    })),
  },
  {
    key: "storeRelay stays although the host rolls back",
    breakIt: withCalls((storage) => ({
      within: (transaction) => ({ ...storage.within(transaction), storeRelay: storage.storeRelay }),
    })),
  },
  {
    key: "storeRelay forgets the place",
    breakIt: ofStored((state) => (state.position ? { ...state, position: [] } : state)),
  },
  {
    key: "storeRelay forgets what is parked",
    breakIt: ofStored((state) => (state.parked ? { ...state, parked: [] } : state)),
  },
  {
    key: "storeRelay forgets what follows the entry that has failed",
    breakIt: ofParked((parked) => ({ ...parked, lastVersion: parked.fromVersion })),
  },
  {
    key: "storeRelay forgets the entry that has failed",
    breakIt: ofParked((parked) => ({ ...parked, fromVersion: parked.fromVersion + 1 })),
  },
  { key: "storeRelay forgets what was asked", breakIt: ofParked((parked) => ({ ...parked, asked: null })) },
  {
    key: "storeRelay forgets the lease",
    breakIt: ofStored((state) => (state.lease ? { ...state, lease: null } : state)),
  },
  {
    key: "storeRelay forgets the fencing token",
    breakIt: ofStored((state) => (state.token === undefined ? state : { ...state, token: 0 })),
  },
  {
    key: "readRelay has the version before",
    breakIt: withCalls((storage) => ({
      async readRelay(name, call) {
        const stored = await storage.readRelay(name, call);
        return stored && { ...stored, version: Math.max(stored.version - 1, 1) };
      },
    })),
  },
  {
    key: "readRelay never finds anything",
    breakIt: withCalls(() => ({ readRelay: async () => undefined })),
  },
  {
    key: "readRelay shows a lease that has ended as if it went on",
    breakIt: ofShown((state) =>
      state.lease ? { ...state, lease: { ...state.lease, until: Date.now() + 3_600_000 } } : state,
    ),
  },
  { key: "relays of all names are one", breakIt: ofNames(() => "one") },
  { key: "relays are found without regard to case", breakIt: ofNames((name) => name.toLowerCase()) },
  { key: "relays are found without regard to trailing spaces", breakIt: ofNames((name) => name.trimEnd()) },
  { key: "readClock stands still", breakIt: ofClock(() => new Date(Date.UTC(2027, 0, 1))) },
  {
    key: "readFeed has the versions of each record in the reverse order",
    breakIt: withCalls((storage) => ({
      readFeed: async (query, call) => {
        const page = await storage.readFeed(query, call);
        return page.status === "read" ? { ...page, entries: withoutOrder(page.entries) } : page;
      },
    })),
  },
];
