/** A calendar that is asked for more than it has, generated from a seed. It is the same on every engine and machine. */
export interface Demand {
  readonly times: readonly AskedTime[];
  /** Each call asks for the time at this index, in the order in which the calls come. */
  readonly calls: readonly number[];
}

export interface AskedTime {
  readonly facility: number;
  readonly start: Date;
  readonly end: Date;
  readonly seats: number;
  readonly asked: number;
}

export interface DemandOptions {
  readonly seed: number;
  readonly calls: number;
  readonly facilities: number;
  readonly days: number;
}

const firstDay = Date.UTC(2027, 3, 5, 8);
const dayMs = 86_400_000;
const slotMs = 15 * 60_000;
/** Eight hours of a quarter of an hour each. */
const timesPerDay = 32;
const missingShare = 0.1;

/** Some facilities, and the hours before noon, are more popular. A tenth of the requested seats is missing. */
export function demandOf({ seed, calls, facilities, days }: DemandOptions): Demand {
  const random = randomFrom(seed);
  const asked = new Map<number, number>();
  const wanted: number[] = [];
  for (let call = 0; call < calls; call += 1) {
    const facility = Math.floor(facilities * random() ** 1.7);
    const day = Math.floor(days * random());
    const time = Math.floor(timesPerDay * ((random() + random() * random()) / 2));
    const key = (facility * days + day) * timesPerDay + time;
    asked.set(key, (asked.get(key) ?? 0) + 1);
    wanted.push(key);
  }
  const keys = [...asked.keys()].sort((a, b) => a - b);
  const index = new Map(keys.map((key, at) => [key, at]));
  const times = keys.map((key): AskedTime => {
    const count = asked.get(key) ?? 0;
    const seats = Array.from({ length: count }, () => random() >= missingShare).filter(Boolean).length;
    const start = startOf(key, days);
    return {
      facility: Math.floor(key / timesPerDay / days),
      start,
      end: new Date(start.getTime() + slotMs),
      seats,
      asked: count,
    };
  });
  return { times, calls: wanted.map((key) => index.get(key) as number) };
}

function startOf(key: number, days: number): Date {
  const [day, time] = [Math.floor(key / timesPerDay) % days, key % timesPerDay];
  return new Date(firstDay + day * dayMs + time * slotMs);
}

/** Mulberry32 (Tommy Ettinger, public domain): 32 bits of state, enough to draw a calendar. */
function randomFrom(seed: number): () => number {
  let state = seed >>> 0;
  return () => {
    state = (state + 0x6d2b79f5) >>> 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}
