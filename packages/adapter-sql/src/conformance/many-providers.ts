import assert from "node:assert/strict";
import { sampleInstant as at, sampleNow as now } from "@slotwright/conformance";
import type { OpenQuery, Position, StorageAdapter } from "@slotwright/core/adapter";
import { listPage, providerIds } from "./list-queries.ts";

const hundred = { ...listPage, providerIds: providerIds(100), startFrom: at(0) };
const windows: Readonly<Record<string, OpenQuery>> = {
  "a week": { ...hundred, startBefore: at(7 * 1440) },
  "a year": { ...hundred, startBefore: at(365 * 1440) },
  "from now on": hundred,
};

type Lists = Pick<StorageAdapter, "findSlots" | "findOpen">;
type List = (storage: Lists, query: OpenQuery) => Promise<readonly Position[]>;

/** The two lists, with the states that a search by status asks for. */
const lists: Readonly<Record<string, List>> = {
  findOpen: (storage, query) => storage.findOpen(query),
  findSlots: (storage, query) => storage.findSlots({ ...query, statuses: ["available"] }),
};

/** A list of a hundred providers, in a window. */
export interface ManyProvidersCase {
  readonly name: string;
  readonly window: string;
  readonly query: OpenQuery;
  readonly list: List;
}

export const manyProvidersCases: readonly ManyProvidersCase[] = Object.entries(windows).flatMap(([window, query]) =>
  Object.entries(lists).map(([name, list]) => ({ name, window, query, list })),
);

export interface ManyProvidersStage {
  readonly storage: Lists;
  /** How many rows the database looks at in a call. */
  readonly rowsRead: (call: () => Promise<unknown>) => Promise<number>;
}

/** Of the tables of `fillManyProviders`, with one provider who has everything, a page reads no more than `most` rows. */
export async function readsLittleMoreThanAPage(
  { storage, rowsRead }: ManyProvidersStage,
  { query, list }: ManyProvidersCase,
  most: number,
): Promise<void> {
  const first = await list(storage, query);
  assert.equal(first.length, listPage.limit);
  const after = first.at(-1) as Position;
  for (const asked of [query, { ...query, after }, { ...query, descending: true }]) {
    const read = await rowsRead(() => list(storage, asked));
    assert.ok(read < most, `${read} rows are read`);
  }
}

/** Where hardly any slots are free, a page reads all slots of the providers that are asked for, and hardly any others. */
export async function readsNobodyElse(
  { storage, rowsRead }: ManyProvidersStage,
  { query, list }: ManyProvidersCase,
  most: number,
): Promise<void> {
  const asked = { ...query, providerIds: providerIds(100).map((id) => `rarely-${id}`) };
  assert.equal((await list(storage, asked)).length, 3);
  const read = await rowsRead(() => list(storage, asked));
  assert.ok(read < most, `${read} rows are read`);
}

/** A window's pages are the same, both ways, as those of a longer one in which there is nothing else. */
export async function readsTheSameInBothWindows(storage: Lists, list: List, providers: number): Promise<void> {
  const names = providerIds(providers).flatMap((id) => [id, `rarely-${id}`]);
  for (const descending of [false, true]) {
    const walks = [windows["a week"], windows["a year"]].map((window) =>
      walk(storage, list, { ...window, providerIds: names, descending, limit: 400 } as OpenQuery),
    );
    const [short = [], long = []] = await Promise.all(walks);
    assert.ok(short.length > 5_000, `${short.length} slots are found`);
    assert.deepEqual(short, long);
  }
}

async function walk(storage: Lists, list: List, query: OpenQuery): Promise<readonly string[]> {
  const page = await list(storage, query);
  const ids = page.map(({ id }) => id);
  return page.length < query.limit
    ? ids
    : [...ids, ...(await walk(storage, list, { ...query, after: page.at(-1) as Position }))];
}

/** How many slots the providers have in a week who have all that is free. */
export const slotsOfTheWeek = 5_000 + 99 * 10;

/** How many slots the providers have of whom hardly any are free. */
export const rarelyFreeSlots = 3_000;

/**
 * One provider with five thousand slots in a week, 99 with ten, a hundred with thirty of which three in all are free, and
 * two hundred others with twenty each, whom nobody asks for.
 */
export async function fillManyProviders(run: (sql: string) => Promise<unknown>): Promise<void> {
  const names = ["provider", "rarely-provider", "other"].flatMap((name) => numbers(200).map((n) => `${name}-${n}`));
  await insert(
    run,
    "schedules",
    names.map((name) => `('${name}', '${name}', 'f', 'UTC', 1, 0, 0)`),
  );
  const minute = 60_000;
  await insert(run, "slots", [
    ...numbers(5_000).map((n) => slot(`a${n}`, "provider-0", Math.floor(n / 5) * 10 * minute, { seat: n % 5 })),
    ...numbers(99).flatMap((p) =>
      numbers(10).map((n) => slot(`b${p}-${n}`, `provider-${p + 1}`, (n + 1) * 500 * minute)),
    ),
    ...numbers(100).flatMap((p) =>
      numbers(30).map((n) => {
        const status = n === 20 && p < 3 ? "available" : "blocked";
        return slot(`c${p}-${n}`, `rarely-provider-${p}`, n * 250 * minute, { status });
      }),
    ),
    ...numbers(200).flatMap((p) => numbers(20).map((n) => slot(`d${p}-${n}`, `other-${p}`, n * 250 * minute))),
  ]);
}

const numbers = (count: number): readonly number[] => Array.from({ length: count }, (_, number) => number);

function slot(id: string, provider: string, afterMs: number, { seat = 0, status = "available" } = {}): string {
  const start = now.getTime() + afterMs;
  return `('${id}', '${provider}', '${provider}', 'f', ${seat}, ${start}, ${start + 300_000}, '${status}', '{}', 1, 0, 0)`;
}

const columns = {
  schedules: "id, provider_id, facility_id, time_zone, version, created_at, updated_at",
  slots:
    "id, schedule_id, provider_id, facility_id, seat, start_at, end_at, status, metadata, version, created_at, updated_at",
};

async function insert(run: (sql: string) => Promise<unknown>, table: keyof typeof columns, rows: readonly string[]) {
  for (let from = 0; from < rows.length; from += 2_000) {
    await run(
      `insert into slotwright_${table} (${columns[table]}) values ${rows.slice(from, from + 2_000).join(", ")}`,
    );
  }
}
