import type { Fields } from "./calls/routes.ts";
import type { Fetch, HostHeaders } from "./calls/send.ts";
import { type Environment, systemEnvironment } from "./environment.ts";
import type { Sharing, TabChannel, TabLocks } from "./feed/tabs.ts";
import { type IndexedDb, indexedDbKeyValueStore } from "./keys/indexed-db.ts";
import { type KeyValueStore, memoryKeyValueStore } from "./keys/key-value-store.ts";
import type { Scope } from "./store/scope.ts";

/** What `createClient` takes. */
export interface ClientOptions {
  /** Where the handler is mounted: `/booking`, or `https://api.example/booking`. */
  readonly url: string;
  /**
   * Who is signed in, as an id of your own. Commands that a page could not send are kept under it, and tabs share a stream
   * by it: those of somebody else who signs in later are not sent, and not shown.
   */
  readonly owner: string;
  /** Only slots and appointments of these providers are followed, at least one. Default: all that `owner` may see. */
  readonly providerIds?: readonly string[] | undefined;
  /** Only slots and appointments at this facility are followed. Default: at all. */
  readonly facilityId?: string | undefined;
  /** Sends requests. Default: the global `fetch`. */
  readonly fetch?: Fetch | undefined;
  /** Headers of every request, such as a token: an object, or a function that is asked before each. Default: none. */
  readonly headers?: HostHeaders | undefined;
  /** Whether cookies go along. Default `"same-origin"`. */
  readonly credentials?: "include" | "omit" | "same-origin" | undefined;
  /** How long an answer is waited for before the request is sent again, in milliseconds. Default 30 000. */
  readonly timeoutMs?: number | undefined;
  /** Where commands under way are kept. Default: IndexedDB, or memory where there is none, as in Node. */
  readonly keys?: KeyValueStore | undefined;
  /** How long a command that was kept is still sent when a page is opened again, in milliseconds. Default: a day. */
  readonly resendForMs?: number | undefined;
  /** How long a list that nobody looks at any more is still followed, in milliseconds. Default 30 000. */
  readonly keepMs?: number | undefined;
  /**
   * By what tabs share one stream. Default: a `BroadcastChannel` and `navigator.locks`, where there are both. `false`: each
   * tab has a stream of its own.
   */
  readonly sharing?: Omit<Sharing, "name"> | false | undefined;
  /** Clock, timers and randomness, for tests. Default: the system's. */
  readonly environment?: Environment | undefined;
}

/** The parts of a browser that are used where they are there. */
interface Browser {
  readonly indexedDB?: IndexedDb;
  readonly BroadcastChannel?: new (name: string) => TabChannel;
  readonly navigator?: { readonly locks?: TabLocks };
  readonly document?: unknown;
  addEventListener?(name: "online", listener: () => void): void;
  removeEventListener?(name: "online", listener: () => void): void;
}

const browser = globalThis as unknown as Browser;
const dayMs = 24 * 60 * 60 * 1000;

/** The options with their defaults. */
export function settingsOf(options: ClientOptions) {
  const { url, owner, providerIds, facilityId } = options;
  if (providerIds?.length === 0) throw new RangeError("providerIds must not be empty. Leave it out to follow all.");
  const filter: Fields = { providerIds, facilityId };
  const name = `slotwright ${JSON.stringify([url, owner])} `;
  return {
    url,
    filter,
    prefix: name,
    fetch: options.fetch ?? ((address: string, init: RequestInit) => fetch(address, init)),
    headers: options.headers ?? {},
    credentials: options.credentials ?? ("same-origin" as const),
    timeoutMs: options.timeoutMs ?? 30_000,
    keys: options.keys ?? defaultKeys(),
    resendForMs: options.resendForMs ?? dayMs,
    keepMs: options.keepMs ?? 30_000,
    sharing: sharingOf(options.sharing, name + JSON.stringify(filter)),
    environment: options.environment ?? systemEnvironment,
    within: (scope: Scope) => within(scope, filter),
    onOnline,
  };
}

function defaultKeys(): KeyValueStore {
  return browser.indexedDB === undefined ? memoryKeyValueStore() : indexedDbKeyValueStore(browser.indexedDB);
}

function sharingOf(given: ClientOptions["sharing"], name: string): Sharing | undefined {
  if (given === false) return undefined;
  if (given !== undefined) return { ...given, name };
  const { BroadcastChannel: Channel, navigator, document } = browser;
  const locks = navigator?.locks;
  // Node has both as well, but no tabs.
  if (document === undefined || Channel === undefined || locks === undefined) return undefined;
  return { channel: new Channel(name), locks, name };
}

/** A list beyond what is followed would be shown as it once was. */
function within(scope: Scope, { providerIds, facilityId }: Fields): Scope {
  const followed = providerIds as readonly string[] | undefined;
  const isBeyond =
    scope.providerIds?.some((id) => followed?.includes(id) === false) === true ||
    (facilityId !== undefined && scope.facilityId !== undefined && scope.facilityId !== facilityId);
  if (isBeyond) throw new RangeError("That provider or facility is not followed.");
  return {
    ...scope,
    providerIds: scope.providerIds ?? followed,
    facilityId: scope.facilityId ?? (facilityId as string | undefined),
  };
}

function onOnline(listener: () => void): () => void {
  browser.addEventListener?.("online", listener);
  return () => browser.removeEventListener?.("online", listener);
}
