import type { Audience } from "./audience.ts";
import type { Application, FollowingWorkload, FreeSlot, Load, Turn } from "./contender.ts";
import { type ListeningPost, listenElsewhere } from "./elsewhere.ts";
import { type FeedDesk, openFeedDesk } from "./feed.ts";
import { listen } from "./listening.ts";
import { type NewsDesk, openNewsDesk, type Pace, type StartListening } from "./news.ts";
import { once } from "./once.ts";

/** Those who follow what happens, here and in another process. */
export interface Following {
  readonly audience: Audience;
  readonly post: ListeningPost;
}

export interface FollowedApplication extends Following {
  readonly application: Application;
  readonly publish: (count: number) => Promise<readonly FreeSlot[]>;
  /** How many entries a reader is given at once. */
  readonly entries: number;
  readonly pace: Pace;
}

/** The poll that applies if a host says nothing. */
const usualPollMs = 1000;

export function followingWorkloads({ application, audience, post, publish, entries, pace }: FollowedApplication) {
  const closing: (() => Promise<void>)[] = [];

  const feedOf = byReaders((readers) => opened(openFeedDesk(audience, readers, { entries, write: publish })));

  function opened<Desk extends FeedDesk | NewsDesk>(desk: Desk): Desk {
    closing.push(desk.close);
    return desk;
  }

  function news(start: StartListening, pollMs: number): (load: Load) => Promise<Turn> {
    const desk = once(async () => opened(await openNewsDesk(application, start, { pollMs, pace })));
    return async ({ callers }) => (await desk()).turn(await publish(pace.bookings), callers);
  }

  const here: StartListening = (pollMs, tell) => listen(audience, pollMs, tell);
  const elsewhere: StartListening = (pollMs, tell) => listenElsewhere({ ...post, pollMs }, tell);
  const workloads: Readonly<Record<FollowingWorkload, (load: Load) => Promise<Turn>>> = {
    feed: (load) => feedOf(load.callers).turn(load),
    news: news(here, usualPollMs),
    "news-elsewhere": news(elsewhere, usualPollMs),
    "news-elsewhere-100ms": news(elsewhere, 100),
  };
  return {
    workloads,
    close: async () => {
      for (const close of closing) await close();
    },
  };
}

function byReaders(open: (readers: number) => FeedDesk): (readers: number) => FeedDesk {
  const desks = new Map<number, FeedDesk>();
  return (readers) => {
    const desk = desks.get(readers) ?? open(readers);
    desks.set(readers, desk);
    return desk;
  };
}
