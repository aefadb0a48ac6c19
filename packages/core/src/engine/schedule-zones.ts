import type { Schedule } from "../model/schedule.ts";
import type { EngineStorage } from "./engine-storage.ts";

/** The time zones of schedules. A schedule keeps its zone, so an engine asks once for each. */
export interface ScheduleZones {
  /** Undefined if there is no such schedule. Never rejects outside of a host's transaction. */
  readonly of: (scheduleId: string, until: number) => Promise<string | undefined>;
  /** Those of many schedules, in one read for all that are not known yet. Rejects if that fails. */
  readonly ofAll: (scheduleIds: readonly string[], until: number) => Promise<ReadonlyMap<string, string>>;
  /** The same within a host's transaction, by its storage. */
  readonly within: (storage: EngineStorage) => ScheduleZones;
}

/** The most zones that are kept. */
const most = 10_000;

type Zones = ReadonlyMap<string, string>;

/** @param runShared Runs work that several callers wait for. */
export function createScheduleZones(
  storage: EngineStorage,
  runShared: <Result>(work: () => Result) => Result,
): ScheduleZones {
  const known = new Map<string, string>();
  /** Readings under way, which are silent about a failure: nothing is known then. */
  const asked = new Map<string, Promise<Zones | undefined>>();

  function keep(zones: Zones): Zones {
    if (known.size + zones.size > most) known.clear();
    for (const [id, zone] of zones) known.set(id, zone);
    return zones;
  }

  function ask(ids: readonly string[], until: number): Promise<Zones | undefined> {
    const reading = runShared(() => zonesOf(storage, ids, until))
      .then(keep, () => undefined)
      .finally(() => {
        for (const id of ids) asked.delete(id);
      });
    for (const id of ids) asked.set(id, reading);
    return reading;
  }

  return {
    async of(id, until) {
      const zone = known.get(id);
      if (zone !== undefined) return zone;
      // A refusal stands without its zone, and the next one asks again.
      return (await (asked.get(id) ?? ask([id], until)))?.get(id);
    },
    async ofAll(ids, until) {
      const zones = new Map<string, string>();
      for (const id of ids) if (known.has(id)) zones.set(id, known.get(id) as string);
      const unknown = ids.filter((id) => !zones.has(id));
      if (unknown.length === 0) return zones;
      const joined = new Set(unknown.filter((id) => asked.has(id)));
      const unasked = unknown.filter((id) => !joined.has(id));
      if (unasked.length > 0) void ask(unasked, until);
      // All who ask at one moment go on at one moment: what they do next may go together.
      const answers = await Promise.all(unknown.map((id) => asked.get(id)));
      for (const answer of answers) for (const [id, zone] of answer ?? []) zones.set(id, zone);
      // A reading may have failed, or one that was joined may have begun before there was such a schedule.
      const isOpen = (id: string, place: number) => answers[place] === undefined || joined.has(id);
      const missing = unknown.filter((id, place) => !zones.has(id) && isOpen(id, place));
      if (missing.length === 0) return zones;
      for (const [id, zone] of keep(await zonesOf(storage, missing, until))) zones.set(id, zone);
      return zones;
    },
    // What a transaction reads may be its own, and vanish with it: it is not kept. A call under way is not waited for,
    // because the transaction may hold the connection that it needs.
    within: (inside) => createWithin(inside, known),
  };
}

function createWithin(storage: EngineStorage, known: Zones): ScheduleZones {
  return {
    async of(scheduleId, until) {
      return (await zonesIn(storage, known, [scheduleId], until)).get(scheduleId);
    },
    ofAll: (scheduleIds, until) => zonesIn(storage, known, scheduleIds, until),
    within: (inside) => createWithin(inside, known),
  };
}

async function zonesIn(storage: EngineStorage, known: Zones, ids: readonly string[], until: number): Promise<Zones> {
  const unknown = ids.filter((id) => !known.has(id));
  const zones = new Map(unknown.length === 0 ? [] : await zonesOf(storage, unknown, until));
  for (const id of ids) if (known.has(id)) zones.set(id, known.get(id) as string);
  return zones;
}

async function zonesOf(storage: EngineStorage, ids: readonly string[], until: number) {
  const keys = ids.map((id) => ({ kind: "schedule", id }) as const);
  const schedules = (await storage.loadToShow(keys, until)) as readonly (Schedule | undefined)[];
  return new Map(schedules.flatMap((schedule) => (schedule === undefined ? [] : [[schedule.id, schedule.timeZone]])));
}
