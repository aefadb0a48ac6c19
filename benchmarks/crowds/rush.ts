import { createEngine } from "@slotwright/core";
import type { DatabaseEngine, EngineName } from "@slotwright/lab/engines";
import { actor } from "../contenders/slotwright.ts";
import { median } from "../measuring/statistics.ts";
import { type CrowdReport, crowdTime } from "./messages.ts";
import { type Processes, startProcesses } from "./processes.ts";

export interface RushOptions {
  readonly seats: number;
  readonly callers: number;
  readonly processes: number;
  readonly rounds: number;
}

/** The same crowd, by the ids of the slots and by their time. */
export interface Rushed extends RushOptions {
  readonly bySlotMs: number;
  readonly byTimeMs: number;
  /** Of all rounds by time. */
  readonly unsold: number;
  readonly soldTwice: number;
  readonly errors: readonly string[];
}

interface CrowdDatabase {
  readonly name: EngineName;
  readonly engine: DatabaseEngine;
  readonly address: string;
}

/** Rounds by slot and by time, alternating, each for a provider of its own. */
export async function rush(
  { name, engine, address }: CrowdDatabase,
  options: RushOptions,
  signal: AbortSignal,
): Promise<Rushed> {
  const { seats, rounds } = options;
  const storage = engine.openStorage(address);
  const publisher = createEngine({ storage });
  const processes = await startProcesses(options.processes, { engine: name, address });
  const bySlot: number[] = [];
  const byTime: RushRound[] = [];
  try {
    // The first round warms up.
    for (let round = 0; round <= rounds && !signal.aborted; round += 1) {
      for (const isByTime of [false, true]) {
        const providerId = `star-${options.processes}-${seats}-${round}-${isByTime}`;
        const { facilityId, start, end } = crowdTime;
        const slots = [{ start, end, capacity: seats }];
        const published = await publisher.createSlots({ actor, providerId, facilityId, slots });
        const slotIds = isByTime ? [] : published.slots.map(({ id }) => id);
        const played = await playRound(processes, { providerId, slotIds }, options);
        if (round === 0) continue;
        if (isByTime) byTime.push(played);
        else bySlot.push(played.ms);
      }
    }
  } finally {
    await processes.stop();
    await storage.close();
  }
  return {
    ...options,
    bySlotMs: Math.round(median(bySlot)),
    byTimeMs: Math.round(median(byTime.map(({ ms }) => ms))),
    unsold: byTime.reduce((sum, { booked }) => sum + Math.max(0, seats - booked), 0),
    soldTwice: byTime.reduce((sum, { booked }) => sum + Math.max(0, booked - seats), 0),
    errors: byTime.flatMap(({ errors }) => errors).slice(0, 5),
  };
}

interface RushRound extends CrowdReport {
  readonly ms: number;
}

async function playRound(
  processes: Processes,
  crowd: { readonly providerId: string; readonly slotIds: readonly string[] },
  { callers, processes: count }: RushOptions,
): Promise<RushRound> {
  const share = Math.ceil(callers / count);
  const crowds = Array.from({ length: count }, (_, index) => {
    const first = index * share;
    return { ...crowd, first, callers: Math.max(0, Math.min(share, callers - first)) };
  });
  const started = performance.now();
  const told = await processes.play(crowds);
  const ms = performance.now() - started;
  return {
    ms,
    booked: told.reduce((sum, { booked }) => sum + booked, 0),
    refused: told.reduce((sum, { refused }) => sum + refused, 0),
    errors: told.flatMap(({ errors }) => errors),
  };
}
