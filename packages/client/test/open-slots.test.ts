import type { FindOpenInput } from "@slotwright/core";
import { expect, test } from "vitest";
import type { ShownEntry } from "../src/calls/calls.ts";
import { openSlotsQuery } from "../src/open-slots.ts";
import type { Store } from "../src/store/store.ts";
import { createVirtualTime, settled } from "./simulation/virtual-time.ts";

const hourMs = 3_600_000;

test("searches again when a hold ends by the clock of the server, also if the device's is an hour ahead", async () => {
  const time = createVirtualTime();
  const serverNow = () => time.now() - hourMs;
  let searches = 0;
  let hear: (entries: readonly ShownEntry[]) => void = () => {};
  const query = openSlotsQuery(
    {
      store: { subscribe: () => () => {}, shown: () => new Map() } as unknown as Store,
      send: async () => {
        searches += 1;
        return { items: [], nextCursor: null };
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
  query.subscribe(() => {});
  await settled();
  const expiresAt = new Date(serverNow() + 60_000).toISOString();
  const held = { recordKind: "slot", providerIds: ["p"], facilityId: "f", changes: { hold: { to: { expiresAt } } } };
  hear([held as unknown as ShownEntry]);
  await time.advance(59_000, settled);
  expect(searches).toBe(2);
  await time.advance(2_000, settled);
  expect(searches).toBe(3);
});
