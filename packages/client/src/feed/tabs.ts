import type { ShownEntry } from "../calls/calls.ts";
import { isRequestError } from "../calls/request-error.ts";
import { type ConnectionListener, type ConnectionOptions, connect, poll, pollMs } from "./connection.ts";
import type { ConnectionName } from "./connection-state.ts";
import type { Feed } from "./feed.ts";

/** The part of a `BroadcastChannel` that is used. */
export interface TabChannel {
  postMessage(message: unknown): void;
  onmessage: ((event: never) => unknown) | null;
  close(): void;
}

/** The part of `navigator.locks` that is used. */
export interface TabLocks {
  request<Result>(name: string, options: { signal: AbortSignal }, work: () => Promise<Result>): Promise<Result>;
}

/** What tabs of one browser share their stream by. */
export interface Sharing {
  readonly channel: TabChannel;
  readonly locks: TabLocks;
  /** The same for tabs that may see the same. */
  readonly name: string;
}

type Message =
  | {
      readonly kind: "news";
      /** Where the leader stood before, and stands now. */
      readonly from: string | undefined;
      readonly to: string;
      readonly entries: readonly ShownEntry[];
    }
  | {
      readonly kind: "standing";
      readonly state: ConnectionName;
      readonly to: string | undefined;
      readonly ageMs: number | null;
    }
  | { readonly kind: "reset" }
  | { readonly kind: "hello" };

/** The leader gives a sign of life so often. */
const aliveMs = 10_000;
/** A leader that is silent for so long may be frozen by the browser, and gives no place free. */
const silentMs = 25_000;

/**
 * One of the tabs leads: it has the lock, follows the feed and tells the others. A follower notices what it has
 * missed, since each message says where it goes on from, and then asks the server itself.
 */
export async function connectTabs(
  options: ConnectionOptions & { readonly feed: Feed },
  { channel, locks, name }: Sharing,
  signal: AbortSignal,
): Promise<void> {
  const follower = createFollower(options, signal);
  const post = (message: Message) => channel.postMessage(message);
  let isLeading = false;
  const tellStanding = () => {
    if (isLeading) post({ kind: "standing", ...standingOf(options.feed) });
  };
  channel.onmessage = (event: { readonly data: Message }) => {
    if (event.data.kind === "hello") tellStanding();
    else if (!isLeading) follower.hear(event.data);
  };
  const following = new AbortController();
  signal.addEventListener("abort", () => {
    following.abort();
    channel.close();
  });
  post({ kind: "hello" });
  const followed = follower.follow(following.signal);
  const lead = async () => {
    isLeading = true;
    following.abort();
    options.pauses.wake();
    await followed;
    await Promise.all([
      connect({ ...options, listener: telling(options.feed, post, tellStanding) }, signal),
      repeat(options, aliveMs, tellStanding, signal),
    ]);
  };
  // Where there are no locks, as in a page that is not secure, each tab leads itself.
  await locks.request(name, { signal }, lead).catch(() => (signal.aborted || isLeading ? undefined : lead()));
}

const standingOf = (feed: Feed) => ({ state: feed.get().state, to: feed.cursor(), ageMs: feed.ageMs() });

async function repeat(
  { pauses }: Pick<ConnectionOptions, "pauses">,
  ms: number,
  work: () => unknown,
  signal: AbortSignal,
): Promise<void> {
  while (!signal.aborted) {
    await pauses.pause(ms);
    if (!signal.aborted) await work();
  }
}

/** What the leader's own page is told, and the others as well. */
function telling(feed: Feed, post: (message: Message) => void, tellStanding: () => void): ConnectionListener {
  return {
    ...feed,
    news(entries, to) {
      const from = feed.cursor();
      feed.news(entries, to);
      post({ kind: "news", from, to, entries });
    },
    state(state, error) {
      const before = feed.get().state;
      feed.state(state, error);
      if (feed.get().state !== before) tellStanding();
    },
    reset() {
      feed.reset();
      post({ kind: "reset" });
    },
  };
}

function createFollower(options: ConnectionOptions & { readonly feed: Feed }, closed: AbortSignal) {
  const { feed, environment, pauses } = options;
  let leaderAt: string | undefined;
  let heardAt = environment.elapsed();
  let [isCatchingUp, isToCatchUp, failures] = [false, false, 0];

  /** Asks the server, and leaves it in peace for longer and longer while that fails. */
  async function ask(state: Feed["state"]): Promise<void> {
    const polled = await poll({ ...options, listener: { ...feed, state } });
    failures = polled === "read" ? 0 : failures + 1;
    if (failures === 0) return;
    const error = isRequestError(polled) ? polled : null;
    // One reset is no trouble.
    if (failures > 1) state("reconnecting", error);
    await pauses.afterFailure(failures, error);
  }

  async function catchUp(): Promise<void> {
    isToCatchUp = true;
    if (isCatchingUp) return;
    isCatchingUp = true;
    while ((isToCatchUp || failures > 0) && !closed.aborted) {
      isToCatchUp = false;
      // How the connection stands is the leader's to say.
      await ask(() => {});
    }
    isCatchingUp = false;
  }

  function hearNews({ from, to, entries }: Extract<Message, { kind: "news" }>): void {
    const isGapless = leaderAt !== undefined && from === leaderAt && !isCatchingUp;
    if (isGapless && feed.cursor() !== undefined) feed.news(entries, to);
    else feed.apply(entries);
    if (from !== leaderAt) void catchUp();
    leaderAt = to;
  }

  return {
    hear(message: Message): void {
      heardAt = environment.elapsed();
      if (message.kind === "news") hearNews(message);
      if (message.kind === "standing") {
        const { state, to, ageMs } = message;
        if (to !== leaderAt) void catchUp();
        leaderAt = to;
        feed.state(state, null);
        if (ageMs !== null && !isCatchingUp) feed.current(environment.elapsed() - ageMs);
      }
      if (message.kind === "reset") {
        feed.reset();
        void catchUp();
      }
    },
    /** Begins, and asks the server itself while nothing is heard of a leader. */
    async follow(signal: AbortSignal): Promise<void> {
      void catchUp();
      const isSilent = () => environment.elapsed() - heardAt > silentMs;
      await repeat(options, pollMs, () => isSilent() && ask(feed.state), signal);
    },
  };
}
