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

/** @param runShared Runs work that several callers wait for. */
export function createScheduleZones(
  storage: EngineStorage,
  runShared: <Result>(work: () => Result) => Result,
): ScheduleZones {
  const known = new Map<string, string>();
  const asked = new Map<string, Promise<string | undefined>>();

  async function ask(scheduleId: string, until: number): Promise<string | undefined> {
    try {
      const zone = await zoneIn(storage, scheduleId, until);
      if (known.size === most) known.clear();
      if (zone !== undefined) known.set(scheduleId, zone);
      return zone;
    } catch {
      // A refusal stands without its zone, and the next one asks again.
      return undefined;
    } finally {
      asked.delete(scheduleId);
    }
  }

  return {
    async of(scheduleId, until) {
      const zone = known.get(scheduleId);
      if (zone !== undefined) return zone;
      const answer = asked.get(scheduleId) ?? runShared(() => ask(scheduleId, until));
      asked.set(scheduleId, answer);
      return answer;
    },
    async ofAll(scheduleIds, until) {
      const zones = await zonesIn(storage, known, scheduleIds, until);
      if (known.size + zones.size > most) known.clear();
      for (const [id, zone] of zones) known.set(id, zone);
      return zones;
    },
    // What a transaction reads may be its own, and vanish with it: it is not kept. A call under way is not waited for,
    // because the transaction may hold the connection that it needs.
    within: (inside) => createWithin(inside, known),
  };
}

function createWithin(storage: EngineStorage, known: ReadonlyMap<string, string>): ScheduleZones {
  return {
    of: async (scheduleId, until) => known.get(scheduleId) ?? zoneIn(storage, scheduleId, until),
    ofAll: (scheduleIds, until) => zonesIn(storage, known, scheduleIds, until),
    within: (inside) => createWithin(inside, known),
  };
}

async function zonesIn(
  storage: EngineStorage,
  known: ReadonlyMap<string, string>,
  ids: readonly string[],
  until: number,
): Promise<ReadonlyMap<string, string>> {
  const unknown = ids.filter((id) => !known.has(id)).map((id) => ({ kind: "schedule", id }) as const);
  const read = unknown.length === 0 ? [] : await storage.loadToShow(unknown, until);
  const schedules = read.flatMap((record) => (record?.kind === "schedule" ? [record] : []));
  const zones = new Map(schedules.map(({ id, timeZone }) => [id, timeZone]));
  for (const id of ids) if (known.has(id)) zones.set(id, known.get(id) as string);
  return zones;
}

async function zoneIn(storage: EngineStorage, id: string, until: number): Promise<string | undefined> {
  const [schedule] = await storage.loadToShow([{ kind: "schedule", id }], until);
  return (schedule as Schedule | undefined)?.timeZone;
}
