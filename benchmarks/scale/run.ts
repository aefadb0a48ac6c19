import { observed } from "../measuring/circumstances.ts";
import { checkLoaded } from "./check.ts";
import { dataSetOf } from "./data-set.ts";
import { measureStores, type ScaleEffort, turnsOf } from "./measure.ts";
import type { EngineScale, Filled, ScaleResult } from "./result.ts";
import { postgresSite } from "./stores/postgres.ts";
import { sqliteSite } from "./stores/sqlite.ts";
import type { Site, Store } from "./stores/store.ts";

export const scaleEngines = ["sqlite", "postgres"] as const;
export type ScaleEngine = (typeof scaleEngines)[number];

export interface ScaleOptions {
  readonly engines: readonly ScaleEngine[];
  readonly sizes: readonly number[];
  readonly effort: ScaleEffort;
}

export interface ScaleWatcher {
  readonly filled: (engine: ScaleEngine, filled: Filled) => void;
  readonly turn: (engine: ScaleEngine, share: number, text: string) => void;
  readonly measured: (measured: EngineScale) => void;
  /** The other engine is measured all the same. */
  readonly failed: (engine: ScaleEngine, error: unknown) => void;
}

const sites: Readonly<Record<ScaleEngine, () => Promise<Site | undefined>>> = {
  sqlite: sqliteSite,
  postgres: postgresSite,
};

/** One engine after another, because two at once would share the system's cache. */
export async function runScale(
  options: ScaleOptions,
  watcher: ScaleWatcher,
  signal: AbortSignal,
): Promise<ScaleResult> {
  const engines: EngineScale[] = [];
  const circumstances = await observed(async () => {
    for (const name of options.engines) {
      const site = await sites[name]();
      if (site === undefined) continue;
      try {
        engines.push(await onSite(name, site, options, watcher, signal));
      } catch (error) {
        watcher.failed(name, error);
      } finally {
        await site.close();
      }
    }
  });
  return { ...circumstances, rounds: options.effort.rounds, engines };
}

async function onSite(
  name: ScaleEngine,
  site: Site,
  { sizes, effort }: ScaleOptions,
  watcher: ScaleWatcher,
  signal: AbortSignal,
): Promise<EngineScale> {
  const stores: Store[] = [];
  const filled: Filled[] = [];
  for (const size of sizes) {
    signal.throwIfAborted();
    const store = await site.fill(dataSetOf(size));
    stores.push(store);
    await checkLoaded(store);
    const { data, loadSeconds } = store;
    const of: Filled = { ...data, loadSeconds: Number(loadSeconds.toFixed(1)), bytes: await store.bytes() };
    filled.push(of);
    watcher.filled(name, of);
  }
  let turns = 0;
  const onTurn = (text: string) => {
    turns += 1;
    watcher.turn(name, turns / turnsOf(effort), text);
  };
  const rows = await measureStores(site, stores, { effort, signal, onTurn });
  const { facts, settings } = site;
  const measured: EngineScale = { facts, settings, sizes: filled, rows };
  watcher.measured(measured);
  return measured;
}
