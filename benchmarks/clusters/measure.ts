import { createEngine } from "@slotwright/core";
import { loadEngine } from "@slotwright/lab/engines";
import { actor } from "../contenders/slotwright.ts";
import { percentile } from "../measuring/statistics.ts";
import { startEngines } from "./engines.ts";
import type { Place } from "./places.ts";
import { processorMs } from "./processor-time.ts";
import type { ClusterRow } from "./result.ts";

export interface Measurement extends Pick<ClusterRow, "nodes" | "processes" | "callers" | "roundTripMs"> {
  readonly ms: number;
}

/** Engines book and cancel on nodes of a database of their own. A part of the time before is not counted. */
export async function measure(place: Place, what: Measurement): Promise<ClusterRow> {
  const { nodes, processes, callers, roundTripMs, ms } = what;
  const urls = (await place.createDatabase()).slice(0, nodes);
  const slots = await publish(place, urls[0] as string, processes * callers);
  const addresses = Array.from({ length: processes }, (_, index) => urls[index % urls.length] as string);
  const engines = await startEngines(addresses.map((address) => ({ engine: place.engine, address })));
  try {
    place.slow?.(roundTripMs);
    const turns = (length: number) =>
      addresses.map((_, index) => ({ slotIds: slots.slice(index * callers, (index + 1) * callers), ms: length }));
    await engines.take(turns(ms / 3));
    const servers = processorMs(place.pids);
    const cpu = process.cpuUsage();
    const started = performance.now();
    const reports = await engines.take(turns(ms));
    const elapsed = performance.now() - started;
    const { user, system } = process.cpuUsage(cpu);
    const times = reports.flatMap((report) => report.times).sort((one, other) => one - other);
    const engineMs = reports.reduce((sum, { cpuMs }) => sum + cpuMs, 0);
    const serverMs = servers === undefined ? null : (processorMs(place.pids) ?? 0) - servers;
    return {
      ...{ nodes, processes, callers, roundTripMs },
      commandsPerSecond: Math.round((times.length * 1000) / elapsed),
      p50Ms: rounded(percentile(times, 0.5)),
      p95Ms: rounded(percentile(times, 0.95)),
      busy: {
        engines: rounded(engineMs / elapsed),
        servers: serverMs === null ? null : rounded(serverMs / elapsed),
        network: rounded((user + system) / 1000 / elapsed),
      },
      errors: [...new Set(reports.flatMap(({ errors }) => errors))],
    };
  } finally {
    place.slow?.(0);
    await engines.stop();
  }
}

const rounded = (value: number): number => Number(value.toPrecision(3));

async function publish({ engine: name }: Place, url: string, count: number): Promise<readonly string[]> {
  const storage = (await loadEngine(name)).openStorage(url);
  await storage.migrate();
  const engine = createEngine({ storage });
  const first = Date.UTC(2027, 3, 5, 8);
  const published = await Promise.all(
    Array.from({ length: count }, (_, index) =>
      engine.createSlots({
        actor,
        providerId: `provider-${index}`,
        facilityId: "north",
        slots: [{ start: new Date(first), end: new Date(first + 1_800_000) }],
      }),
    ),
  );
  await storage.close();
  return published.map(({ slots }) => slots[0]?.id ?? "");
}
