import { expect, it } from "vitest";
import { type Availability, createEngine, type StorageAdapter } from "../src/index.ts";
import { memoryAdapter } from "../src/memory/index.ts";
import { actor, caughtUpWith, minutes, passed, place } from "./feed-stage.ts";

const clock = { now: () => minutes(-60), sleep: passed };
const wanted = { providerIds: [place.providerId], facilityId: place.facilityId, minutes: 30 };
const window = { from: minutes(0), to: minutes(12 * 60) };

/** Live slots on a storage that answers for the database, and an engine on the database. Openings are computed until noon. */
async function stage(answersOf: (database: StorageAdapter) => Partial<StorageAdapter>) {
  const database = memoryAdapter();
  const other = createEngine({ storage: database, clock });
  const set = async (to: string): Promise<Availability> => {
    const weekly = [{ days: ["monday"], from: "08:00", to }];
    const hours = { openings: "computed", offer: { minutes: 30 }, weekly } as never;
    return (await other.setAvailability({ actor, ...place, timeZone: "UTC", hours })).availability;
  };
  const first = await set("12:00");
  const engine = createEngine({ storage: { ...database, ...answersOf(database) }, clock });
  const { minutes: _minutes, ...followed } = wanted;
  const live = await engine.follow({ ...window, ...followed, openings: true, pollMs: 10 });
  const starts = async () => {
    await caughtUpWith(other, live);
    const [found, stored] = [live.findTimes({ ...wanted, ...window }), await other.findTimes({ ...wanted, ...window })];
    expect(found.items).toEqual(stored.items);
    return found.items.length;
  };
  return { live, first, set, starts };
}

it("live slots take hours from the feed, also where a read would still find the ones before", async () => {
  let behind: Availability | undefined;
  const { live, first, set, starts } = await stage((database) => ({
    load: async (keys, call) =>
      (await database.load(keys, call)).map((record) =>
        record?.kind === "availability" ? (behind ?? record) : record,
      ),
  }));
  expect(await starts()).toBe(8);
  behind = first;
  await set("09:00");
  expect(await starts()).toBe(2);
  await set("10:00");
  expect(await starts()).toBe(4);
  live.close();
});

it("live slots read hours of which the feed lacks a version", async () => {
  const { live, set, starts } = await stage((database) => ({
    async readFeed(query, call) {
      const read = await database.readFeed(query, call);
      if (read.status === "reset") return read;
      const isMissing = ({ recordKind, version }: { recordKind: string; version: number }) =>
        recordKind === "availability" && version === 2;
      return { ...read, entries: read.entries.filter(({ entry }) => !isMissing(entry)) };
    },
  }));
  await set("09:00");
  await set("11:00");
  expect(await starts()).toBe(6);
  live.close();
});
