import { loadavg } from "node:os";
import { bad } from "@slotwright/lab/terminal";
import { type Measurement, measure } from "./measure.ts";
import { type PlaceName, places } from "./places.ts";
import type { ClusterRow, PlaceResult } from "./result.ts";

export interface RunOptions {
  readonly places: readonly PlaceName[];
  readonly ms: number;
}

const callers = 16;
/** Milliseconds there and back. */
const roundTrips = [0, 1, 5, 20];

/** Engines on one node, one to three of them; then, where several nodes take writes, one on each. */
function byNodes(writable: number): readonly Omit<Measurement, "ms">[] {
  const onOne = [1, 2, 3].map((processes) => ({ nodes: 1, processes, callers, roundTripMs: 0 }));
  const onMore = [2, 3].filter((nodes) => nodes <= writable);
  return [...onOne, ...onMore.map((nodes) => ({ nodes, processes: nodes, callers, roundTripMs: 0 }))];
}

/** One caller shows what a commit takes, and several what they lose by it. */
const byDistance: readonly Omit<Measurement, "ms">[] = roundTrips.flatMap((roundTripMs) =>
  [1, callers].map((count) => ({ nodes: 1, processes: 1, callers: count, roundTripMs })),
);

/** Undefined if the place cannot be had here. */
export async function measurePlace(
  name: PlaceName,
  { ms }: RunOptions,
  onRow: (row: ClusterRow) => void,
  signal: AbortSignal,
): Promise<PlaceResult | undefined> {
  const { start, writable } = places[name];
  const place = await start();
  if (place === undefined) return undefined;
  const rows: ClusterRow[] = [];
  try {
    for (const what of [...byNodes(writable), ...(place.slow ? byDistance : [])]) {
      if (signal.aborted) break;
      const row = await measure(place, { ...what, ms });
      for (const error of row.errors) console.error(bad(`${name}: ${error}`));
      onRow(row);
      rows.push(row);
    }
  } finally {
    await place.stop();
  }
  return { place: name, version: place.version.replace(/[- ].*/, ""), ms, loadAverage: loadavg()[0] ?? 0, rows };
}
