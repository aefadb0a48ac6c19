import { createEngine, type Engine, isBookingError, type StorageAdapter } from "@slotwright/core";
import { runCallers } from "../contenders/callers.ts";
import { actor } from "../contenders/slotwright.ts";
import { type AskedTime, type Demand, type DemandOptions, demandOf } from "./calls.ts";

export interface Replayed {
  readonly calls: number;
  readonly callers: number;
  readonly seats: number;
  readonly publishMs: number;
  readonly replayMs: number;
  readonly callsPerSecond: number;
  readonly booked: number;
  readonly refused: number;
  readonly errors: readonly string[];
  /** Times at which more or fewer seats were booked than there were calls and seats for. */
  readonly wrongTimes: number;
}

const providerOf = ({ facility }: AskedTime) => ({
  providerId: `doctor-${facility}`,
  facilityId: `facility-${facility}`,
});

/** Sends all calls of a calendar by time, and then counts who got what. */
export async function replay(
  storage: StorageAdapter<never>,
  options: DemandOptions & { readonly callers: number },
  signal: AbortSignal,
): Promise<Replayed> {
  const demand = demandOf(options);
  const engine = createEngine({ storage });
  const publishMs = await timed(() => publish(engine, demand, signal));
  let next = 0;
  let refused = 0;
  const turn = await runCallers(options.callers, () => {
    const subject = next;
    const at = demand.calls[subject];
    next += 1;
    if (at === undefined || signal.aborted) return undefined;
    const { start, end, ...rest } = { ...(demand.times[at] as AskedTime) };
    const wanted = { ...providerOf(rest as AskedTime), start, end, subjectId: `subject-${subject}` };
    return async () => {
      const isBooked = await bookTime(engine, wanted);
      if (!isBooked) refused += 1;
      return isBooked;
    };
  });
  return {
    calls: demand.calls.length,
    callers: options.callers,
    seats: demand.times.reduce((sum, { seats }) => sum + seats, 0),
    publishMs: Math.round(publishMs),
    replayMs: Math.round(turn.elapsedMs),
    callsPerSecond: Math.round((turn.done * 1000) / turn.elapsedMs),
    booked: turn.booked,
    refused,
    errors: [...new Set(turn.errors)].slice(0, 5),
    wrongTimes: await wrongTimes(storage, demand),
  };
}

interface WantedTime {
  readonly providerId: string;
  readonly facilityId: string;
  readonly start: Date;
  readonly end: Date;
  readonly subjectId: string;
}

/** False if there is no free slot. */
export async function bookTime(engine: Engine<never>, wanted: WantedTime): Promise<boolean> {
  try {
    await engine.book({ actor, ...wanted });
    return true;
  } catch (error) {
    if (isBookingError(error, "no_slot_available")) return false;
    throw error;
  }
}

async function publish(engine: Engine<never>, { times }: Demand, signal: AbortSignal): Promise<void> {
  const byFacility = Map.groupBy(
    times.filter(({ seats }) => seats > 0),
    ({ facility }) => facility,
  );
  for (const times of byFacility.values()) {
    const [first] = times as [AskedTime];
    const slots = times.map(({ start, end, seats }) => ({ start, end, capacity: seats }));
    await engine.createManySlots({ actor, ...providerOf(first), slots, chunkSize: 1_000, signal });
  }
}

/** Counted from what is stored, not from the answers. */
async function wrongTimes(storage: StorageAdapter<never>, { times }: Demand): Promise<number> {
  const booked = new Map<string, number>();
  for (const providerId of new Set(times.map((time) => providerOf(time).providerId))) {
    for await (const { start } of bookedSlots(storage, providerId)) {
      const key = `${providerId} ${start.getTime()}`;
      booked.set(key, (booked.get(key) ?? 0) + 1);
    }
  }
  return times.filter((time) => {
    const { providerId } = providerOf(time);
    return (booked.get(`${providerId} ${time.start.getTime()}`) ?? 0) !== Math.min(time.seats, time.asked);
  }).length;
}

async function* bookedSlots(storage: StorageAdapter<never>, providerId: string) {
  const query = { providerIds: [providerId], statuses: ["booked"], asOf: new Date(), limit: 500 } as const;
  let last: { readonly start: Date; readonly id: string } | undefined;
  do {
    const page = await storage.findSlots({ ...query, ...(last && { after: { start: last.start, id: last.id } }) });
    yield* page;
    last = page.length < query.limit ? undefined : page.at(-1);
  } while (last !== undefined);
}

async function timed(work: () => Promise<void>): Promise<number> {
  const started = performance.now();
  await work();
  return performance.now() - started;
}
