import { afterEach, expect, test } from "vitest";
import { type Client, type Fetch, memoryKeyValueStore, type TabChannel, type TabLocks } from "../src/index.ts";
import { ben, openStage, type Stage } from "./simulation/stage.ts";
import { settled } from "./simulation/virtual-time.ts";

let stage: Stage | undefined;
afterEach(() => stage?.close());

/** Channels of one browser: a message reaches all tabs but the one that sent it. Node's own would wait for real turns. */
function createBrowser() {
  const channels = new Set<TabChannel>();
  const waiting: (() => void)[] = [];
  let [isHeld, isMute] = [false, false];
  const next = () => {
    isHeld = false;
    waiting.shift()?.();
  };
  return {
    /** From now on no tab hears another one, as if the one that leads were frozen. */
    mute(): void {
      isMute = true;
    },
    /** What all tabs hear, as if the one that leads had said it. */
    say(message: object): void {
      for (const { onmessage } of channels) onmessage?.({ data: message } as never);
    },
    channel(): TabChannel {
      const own: TabChannel = {
        onmessage: null,
        postMessage(message) {
          const data: unknown = structuredClone(message);
          if (isMute) return;
          for (const other of channels) if (other !== own) queueMicrotask(() => other.onmessage?.({ data } as never));
        },
        close: () => channels.delete(own),
      };
      channels.add(own);
      return own;
    },
    locks: {
      async request<Result>(_: string, { signal }: { signal: AbortSignal }, work: () => Promise<Result>) {
        if (isHeld) {
          await new Promise<void>((resolve, reject) => {
            waiting.push(resolve);
            signal.addEventListener("abort", () => {
              waiting.splice(waiting.indexOf(resolve), 1);
              reject(signal.reason);
            });
          });
        }
        isHeld = true;
        return work().finally(next);
      },
    } satisfies TabLocks,
  };
}

async function twoTabs() {
  const browser = createBrowser();
  const tab = () => ({ sharing: { channel: browser.channel(), locks: browser.locks }, keys: memoryKeyValueStore() });
  stage = await openStage(tab());
  const second = stage.another(tab());
  const lists = [stage.client, second].map((client: Client) => {
    const list = client.slots(stage?.window as Stage["window"]);
    list.subscribe(() => {});
    return list;
  });
  await settled(20);
  const status = () => lists.map((list) => list.get().items[0]?.status);
  return { ...stage, second, status, tab, mute: browser.mute, say: browser.say };
}

const block = ({ engine, slotIds }: Stage) => engine.block({ actor: ben, slotId: slotIds[0] ?? "" });

test("two tabs share one stream, and both show what it brings", async () => {
  const page = await twoTabs();
  expect(page.server.openStreams()).toBe(1);
  expect([page.client, page.second].map((client) => client.connection.get().state)).toEqual(["live", "live"]);
  await block(page);
  await page.server.pump(10);
  await settled(12);
  expect(page.status()).toEqual(["blocked", "blocked"]);
  expect(page.server.openStreams()).toBe(1);
});

test("when the tab that has the stream is closed, the other one takes it over, and misses nothing", async () => {
  const page = await twoTabs();
  page.client.close();
  await block(page);
  await settled(12);
  await page.server.pump(10);
  await settled(12);
  expect(page.server.openStreams()).toBe(1);
  expect(page.status()[1]).toBe("blocked");
  expect(page.second.connection.get().state).toBe("live");
});

test("a tab that is opened between two pieces of news misses none of them", async () => {
  const page = await twoTabs();
  await block(page);
  const third = page.another(page.tab());
  const list = third.slots(page.window);
  list.subscribe(() => {});
  const heard: number[] = [];
  third.onNews((entries) => heard.push(entries.length));
  await page.server.pump(10);
  await settled(20);
  // The leader's stream stands again, which brings nothing new.
  page.server.cut();
  await page.time.advance(3_000, () => settled(4));
  expect(list.get().items[0]?.status).toBe("blocked");
  expect(heard.filter((count) => count === 0)).toHaveLength(1);
});

test("a reset that one tab learns of is one for all", async () => {
  const page = await twoTabs();
  await block(page);
  page.server.reset();
  await page.server.pump(10);
  await settled(30);
  expect(page.status()).toEqual(["blocked", "blocked"]);
  await page.engine.unblock({ actor: ben, slotId: page.slotIds[0] ?? "" });
  await page.server.pump(10);
  await settled(12);
  expect(page.status()).toEqual(["available", "available"]);
});

test("if nothing is heard of the tab that leads, the other one asks the server itself", async () => {
  const page = await twoTabs();
  // A frozen tab keeps its lock, and says nothing.
  page.server.cut();
  page.server.streams = "refused";
  const silent = page.second;
  await settled(4);
  await block(page);
  await page.time.advance(40_000, () => settled(4));
  expect(silent.slots(page.window).get().items[0]?.status).toBe("blocked");
});

test("a tab whose leader is frozen begins anew after a reset that it learns of itself", async () => {
  const page = await twoTabs();
  page.mute();
  await page.time.advance(40_000, () => settled(4));
  await block(page);
  page.server.reset();
  await page.time.advance(20_000, () => settled(4));
  expect(page.status()[1]).toBe("blocked");
  await page.engine.unblock({ actor: ben, slotId: page.slotIds[0] ?? "" });
  await page.time.advance(6_000, () => settled(4));
  expect(page.status()[1]).toBe("available");
  expect(page.second.connection.get()).toMatchObject({ state: "polling", error: null });
  expect(page.second.connection.ageMs()).toBeLessThanOrEqual(6_000);
});

test.each([
  ["only resets", Response.json.bind(null, { scenario: "feed_reset", message: "gone" }, { status: 410 })],
  ["only errors", Response.json.bind(null, {}, { status: 503 })],
])("a tab whose leader is frozen leaves a server that answers %s more and more time", async (_, answer) => {
  const page = await twoTabs();
  let isInTrouble = false;
  let asked = 0;
  const fetch: Fetch = (url, init) => {
    if (!isInTrouble || !url.includes("/changes") || url.includes("after=end")) return page.server.fetch(url, init);
    asked++;
    return Promise.resolve(answer());
  };
  const third = page.another({ ...page.tab(), fetch });
  await settled(20);
  page.mute();
  await page.time.advance(40_000, () => settled(4));
  isInTrouble = true;
  await page.time.advance(600_000, () => settled(4));
  expect(third.connection.get().state).toBe("reconnecting");
  expect(asked).toBeGreaterThan(10);
  expect(asked).toBeLessThan(40);
  isInTrouble = false;
  await page.time.advance(40_000, () => settled(4));
  expect(third.connection.get()).toMatchObject({ state: "polling", error: null });
});

test("a tab that catches up leaves a server that is in trouble more and more time", async () => {
  const page = await twoTabs();
  let isInTrouble = false;
  const asked: number[] = [];
  const fetch: Fetch = (url, init) => {
    if (!isInTrouble) return page.server.fetch(url, init);
    if (url.includes("/changes")) asked.push(page.time.now());
    return Promise.resolve(Response.json({}, { status: 503 }));
  };
  const third = page.another({ ...page.tab(), fetch });
  await settled(20);
  page.mute();
  // It hears that the leader has come further, and asks the server for what is in between.
  isInTrouble = true;
  page.say({ kind: "standing", state: "live", to: "further", ageMs: 0 });
  await page.time.advance(20_000, () => settled(4));
  expect(third.connection.get().state).toBe("live");
  expect(asked.length).toBeGreaterThan(3);
  expect(asked.length).toBeLessThan(8);
});

test("without locks, each tab has a stream of its own", async () => {
  const browser = createBrowser();
  const locks: TabLocks = { request: () => Promise.reject(new Error("this page is not secure")) };
  stage = await openStage({ sharing: { channel: browser.channel(), locks } });
  await settled(12);
  expect(stage.client.connection.get().state).toBe("live");
  expect(stage.server.openStreams()).toBe(1);
});
