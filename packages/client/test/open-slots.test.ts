import type { FindOpenInput } from "@slotwright/core";
import { expect, test } from "vitest";
import type { ShownEntry } from "../src/calls/calls.ts";
import { failureOf } from "../src/calls/request-error.ts";
import type { Fields } from "../src/calls/routes.ts";
import { openSlotsQuery } from "../src/open-slots.ts";
import type { Store } from "../src/store/store.ts";
import { createVirtualTime, settled } from "./simulation/virtual-time.ts";

const hourMs = 3_600_000;

/** A search that is looked at, and when it was made, in milliseconds since then. */
async function lookedAt(
  items: readonly object[] = [],
  shown: ReadonlyMap<string, object> = new Map(),
  answer: (number: number) => Promise<object> = async () => ({ items, nextCursor: null }),
) {
  const time = createVirtualTime();
  const serverNow = () => time.now() - hourMs;
  const begun = time.now();
  const searchedAt: number[] = [];
  let hear: (entries: readonly ShownEntry[]) => void = () => {};
  const query = openSlotsQuery(
    {
      store: { subscribe: () => () => {}, shown: () => shown } as unknown as Store,
      send: async () => {
        searchedAt.push(time.now() - begun);
        return answer(searchedAt.length) as Promise<Fields>;
      },
      environment: time.environment,
      now: serverNow,
      onNews(listener) {
        hear = listener;
        return () => {};
      },
    },
    { providerIds: ["p"] } satisfies FindOpenInput,
  );
  const leave = query.subscribe(() => {});
  await settled();
  const hearOfHold = (to: { readonly expiresAt: string } | null) => {
    const held = { recordKind: "slot", providerIds: ["p"], facilityId: "f", changes: { hold: { to } } };
    hear([held as unknown as ShownEntry]);
  };
  const hearNothing = () => hear([]);
  return { time, serverNow, searchedAt, hearOfHold, hearNothing, leave, query };
}

test("searches again when a hold ends by the clock of the server, also if the device's is an hour ahead", async () => {
  const { time, serverNow, searchedAt, hearOfHold } = await lookedAt();
  hearOfHold({ expiresAt: new Date(serverNow() + 7_000).toISOString() });
  await time.advance(9_000, settled);
  expect(searchedAt).toEqual([0, 250, 7_250]);
});

test("searches again every ten seconds, because a hold whose end is hidden ends without news", async () => {
  const { time, searchedAt, hearOfHold, leave } = await lookedAt();
  hearOfHold(null);
  await time.advance(21_000, settled);
  expect(searchedAt).toEqual([0, 250, 10_250, 20_250]);
  leave();
  await time.advance(60_000, settled);
  expect(searchedAt).toHaveLength(4);
});

test("searches again when the feed has begun anew", async () => {
  const { time, searchedAt, hearNothing, leave } = await lookedAt();
  hearNothing();
  await time.advance(1_000, settled);
  expect(searchedAt).toEqual([0, 250]);
  leave();
});

test("shows no error of a search that was overtaken by the answer of a later one", async () => {
  let fail = () => {};
  const first = new Promise<object>((_, reject) => {
    fail = () => reject(failureOf("too late"));
  });
  const { time, searchedAt, hearOfHold, leave, query } = await lookedAt([], new Map(), async (number) =>
    number === 1 ? first : { items: [], nextCursor: null },
  );
  hearOfHold(null);
  await time.advance(1_000, settled);
  expect(query.get()).toMatchObject({ isLoaded: true, error: null });
  fail();
  await settled();
  expect(query.get()).toMatchObject({ isLoaded: true, error: null });
  await time.advance(9_000, settled);
  expect(searchedAt).toEqual([0, 250]);
  leave();
});

test("shows what the searcher holds as theirs, while they hold it, and what others hold not at all", async () => {
  const item = { providerId: "p", facilityId: "f", version: 2, seats: 1 };
  const items = ["extended", "released", "booked"].map((slotId) => ({ ...item, slotId, mine: true }));
  const others = { ...item, slotId: "others" };
  const shown = new Map(
    [
      ["extended", "held"],
      ["released", "available"],
      ["booked", "booked"],
      ["others", "held"],
    ].map(([id, status]) => [`slot:${id}`, { id, status, version: 3 }]),
  );
  const { query, leave } = await lookedAt([...items, others], shown);
  expect(query.get().items.map(({ slotId, mine = false }) => [slotId, mine])).toEqual([
    ["extended", true],
    ["released", false],
  ]);
  leave();
});
