import { type AroundAsked, type PlaceAgenda, surroundingsOf } from "@slotwright/adapter-sql";
import {
  type Agenda,
  type Around,
  agendaIdOf,
  compareIds,
  type RecordKey,
  type Surveyed,
} from "@slotwright/core/adapter";
import { type AtRow, placesIn, rowsByPlace } from "./around.ts";
import { type InHost, loadInHost } from "./host-reads.ts";
import { boundIds } from "./reads.ts";

/** A place whose owner and bounds are known. */
type KnownPlace = Exclude<Around, { readonly slotId: string }>;

interface NearRow {
  readonly id: string;
  readonly provider_id: string;
  readonly start_at: number;
  readonly end_at: number;
}

/**
 * Locks the records and the agendas first, and then reads what lies around. An agenda that the transaction's own view
 * shows as it is now has not been put since the view began, so the view shows all that was written along with it.
 * Around any other, the transaction looks at what is stored now, and locks what it looks at, gaps included.
 *
 * An agenda that the view does not show is not looked for, because that would lock a gap where others make theirs. If
 * there is one by now, the commit meets it, and from then on the transaction knows that it has changed.
 */
export async function loadAroundInHost(on: InHost, { keys, around }: AroundAsked): Promise<Surveyed> {
  const places = await knownPlaces(on, around);
  const agendaKeys = places.flatMap((place) => (place === undefined ? [] : [agendaKeyOf(place)]));
  const locked = await loadInHost(on, [...keys, ...agendaKeys]);
  const versions = new Map(
    locked.flatMap((record) => (record?.kind === "agenda" ? [[record.id, record.version] as const] : [])),
  );
  const found = rowsByPlace(await rowsAround(on, places));
  const agendaAt = (index: number): PlaceAgenda | undefined => {
    const place = places[index];
    if (place === undefined) return undefined;
    return { owner: ownerOf(place), version: versions.get(agendaKeyOf(place).id) ?? 0 };
  };
  return { records: locked.slice(0, keys.length), around: surroundingsOf(around, agendaAt, found) };
}

const ownerOf = (place: KnownPlace): string => (place.of === "provider" ? place.providerId : place.subjectId);

const agendaKeyOf = (place: KnownPlace): Pick<Agenda, "kind" | "id"> => {
  return { kind: "agenda", id: agendaIdOf(place.of, ownerOf(place)) };
};

/** Undefined if it is near a slot that does not exist. A slot keeps its provider and its times. */
async function knownPlaces(on: InHost, around: readonly Around[]): Promise<readonly (KnownPlace | undefined)[]> {
  const ids = [...new Set(around.flatMap((place) => ("slotId" in place ? [place.slotId] : [])))].sort(compareIds);
  const slots = new Map((await slotsNear(on, ids)).map((slot) => [slot.id, slot]));
  return around.map((place) => {
    if (!("slotId" in place)) return place;
    const slot = slots.get(place.slotId);
    if (slot === undefined) return undefined;
    const bounds = { from: new Date(slot.start_at - place.beforeMs), to: new Date(slot.end_at + place.afterMs) };
    return place.of === "provider"
      ? { of: place.of, providerId: slot.provider_id, ...bounds }
      : { of: place.of, subjectId: place.subjectId, ...bounds };
  });
}

/** A slot that the transaction's view does not show may have been made since, and is looked for as it is now. */
async function slotsNear(on: InHost, ids: readonly string[]): Promise<readonly NearRow[]> {
  if (ids.length === 0) return [];
  const { connection, statements } = on;
  const seen = await connection.read<NearRow>(statements.around.slots, [boundIds(ids.map((id) => [id]))]);
  const missing = ids.filter((id) => !seen.some((slot) => slot.id === id));
  const made = await loadInHost(
    on,
    missing.map((id): RecordKey => ({ kind: "slot", id })),
  );
  const rows = made.flatMap((record): readonly NearRow[] => {
    if (record?.kind !== "slot") return [];
    const { id, providerId, start, end } = record;
    return [{ id, provider_id: providerId, start_at: start.getTime(), end_at: end.getTime() }];
  });
  return [...seen, ...rows];
}

/** Numbered from 1, as in the statements. Those without a place have no rows. */
async function rowsAround(on: InHost, places: readonly (KnownPlace | undefined)[]): Promise<readonly AtRow[]> {
  const { connection, statements, schedules } = on;
  const read = async (isNow: boolean) => {
    const wanted = places.flatMap((place, index) =>
      place !== undefined && schedules.hasChanged(agendaKeyOf(place).id) === isNow ? [{ place, index }] : [],
    );
    if (wanted.length === 0) return [];
    const { counts, values } = placesIn(
      wanted.map(({ place }) => place),
      statements.around,
    );
    const statement = isNow ? statements.around.rowsNow(counts) : statements.around.rows(counts);
    const rows = await connection.read<AtRow>(statement, values);
    return rows.map(({ at, row }) => ({ at: (wanted[at - 1]?.index ?? -1) + 1, row }));
  };
  return [...(await read(false)), ...(await read(true))];
}
