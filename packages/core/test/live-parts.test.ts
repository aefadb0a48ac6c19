import { describe, expect, it } from "vitest";
import { searchOpen } from "../src/engine/live/search.ts";
import { searchInParts } from "../src/engine/live/search-in-parts.ts";
import { createSlotTable, heldRow } from "../src/engine/live/slot-table.ts";
import { newSlot } from "../src/model/slot.ts";
import type { Position } from "../src/storage/adapter.ts";

const minuteMs = 60_000;
const dayMs = 24 * 60 * minuteMs;
const t0 = Date.UTC(2027, 2, 22);

/** For 200 days, three providers with 80 slots a day. Each has slots of others at the same time. */
function filled() {
  const table = createSlotTable();
  for (let number = 0; number < 48_000; number++) {
    const [providerId, index] = [`dr-${number % 3}`, Math.floor(number / 3)];
    const start = new Date(t0 + Math.floor(index / 80) * dayMs + (index % 80) * 10 * minuteMs);
    const id = `${(number * 7919) % 48_000}`;
    const place = { scheduleId: providerId, providerId, facilityId: "north", seat: 0 };
    table.add(
      heldRow(newSlot({ id, ...place, start, end: new Date(start.getTime() + minuteMs), metadata: {} }, start)),
    );
  }
  return table;
}

const table = filled();
const search = {
  ...{ now: t0, facilityId: undefined, leastMs: 0, from: t0, to: t0 + 200 * dayMs, limit: 101 },
  providers: table.providers.values(),
};

/** All pages, each with how many slots were decided about. */
function pagesOf(latestFirst: boolean, isWanted: (start: number) => boolean) {
  const pages: { readonly ids: readonly string[]; readonly decided: number; readonly hasCursor: boolean }[] = [];
  let after: Position | undefined;
  do {
    let decided = 0;
    const allows = (_: unknown, __: number, row: number) => {
      decided += 1;
      return isWanted(table.columns.start[row] as number);
    };
    const providers = table.providers.values();
    const { found, next } = searchInParts(table, { ...search, providers, latestFirst, after, allows }, () => decided);
    const shown = found.slice(0, 100);
    const last = shown.at(-1);
    after =
      next ??
      (found.length > 100 && last ? { start: new Date(last.start), id: table.ids[last.row] as string } : undefined);
    pages.push({ ids: shown.map(({ row }) => table.ids[row] as string), decided, hasCursor: after !== undefined });
    if (pages.length > 2_000) throw new Error("The pages have no end.");
  } while (after !== undefined);
  return pages;
}

describe("a search of which policies refuse most", () => {
  it.each([false, true])(
    "ends after bounded work, and goes on without a gap or a repeat: latest first %s",
    (latestFirst) => {
      // Few, among them the first ones of days, which parts begin with, and the last ones.
      const isWanted = (start: number) => {
        const [day, slot] = [Math.floor((start - t0) / dayMs), ((start - t0) % dayMs) / (10 * minuteMs)];
        return (day * 80 + slot) % 997 === 0 || (day % 16 === 7 && slot === 0) || (day % 16 === 0 && slot === 79);
      };
      const pages = pagesOf(latestFirst, isWanted);
      expect(Math.max(...pages.map(({ decided }) => decided))).toBeLessThan(24_000);
      expect(pages.some(({ ids, hasCursor }) => ids.length < 100 && hasCursor)).toBe(true);
      const all = {
        ...search,
        latestFirst,
        limit: 50_000,
        allows: (_: unknown, __: number, row: number) => isWanted(table.columns.start[row] as number),
      };
      const expected = searchOpen(table, { ...all, providers: table.providers.values() });
      expect(pages.flatMap(({ ids }) => ids)).toEqual(expected.map(({ row }) => table.ids[row]));
    },
  );

  it("ends with an empty page and a cursor where nothing is left for it within that work", () => {
    const [first, ...rest] = pagesOf(false, () => false);
    expect(first).toMatchObject({ ids: [], hasCursor: true });
    expect(rest.at(-1)).toMatchObject({ ids: [], hasCursor: false });
  });
});
