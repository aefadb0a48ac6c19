import { afterEach, expect, test } from "vitest";
import { type Client, memoryKeyValueStore, type TabChannel, type TabLocks } from "../src/index.ts";
import { ben, openStage, type Stage } from "./simulation/stage.ts";
import { settled } from "./simulation/virtual-time.ts";

let stage: Stage | undefined;
afterEach(() => stage?.close());

/** Channels of one browser: a message reaches all tabs but the one that sent it. Node's own would wait for real turns. */
function createBrowser() {
  const channels = new Set<TabChannel>();
  const waiting: (() => void)[] = [];
  let isHeld = false;
  const next = () => {
    isHeld = false;
    waiting.shift()?.();
  };
  return {
    channel(): TabChannel {
      const own: TabChannel = {
        onmessage: null,
        postMessage(message) {
          const data: unknown = structuredClone(message);
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
  return { ...stage, second, status, tab };
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
  await page.server.pump(10);
  await settled(20);
  expect(list.get().items[0]?.status).toBe("blocked");
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

test("without locks, each tab has a stream of its own", async () => {
  const browser = createBrowser();
  const locks: TabLocks = { request: () => Promise.reject(new Error("this page is not secure")) };
  stage = await openStage({ sharing: { channel: browser.channel(), locks } });
  await settled(12);
  expect(stage.client.connection.get().state).toBe("live");
  expect(stage.server.openStreams()).toBe(1);
});
