import {
  type AroundAsked,
  type AroundRow,
  type FoundRows,
  type PlaceAgenda,
  rowsOfPlace,
  rowToRecord,
  surroundingsOf,
} from "@slotwright/adapter-sql";
import type { Around, RecordKind, Surveyed } from "@slotwright/core/adapter";
import {
  type AroundStatements,
  type PlaceCounts,
  type PlaceShape,
  type PlaceValue,
  paddedCount,
  placeColumns,
  placeShapes,
} from "./around-statements.ts";
import { kindsInLockOrder } from "./load-statements.ts";
import { boundIds, idsBy, inOrderOf, type LoadedRow, type On } from "./reads.ts";
import { rowText } from "./steps.ts";

export type AtRow = { readonly at: number; readonly row: AroundRow };
type AgendaAt = { readonly place: number } & PlaceAgenda;

/** One statement: one round trip, and one point in time. */
export async function loadAround({ connection, statements }: On, { keys, around }: AroundAsked): Promise<Surveyed> {
  if (keys.length === 0 && around.length === 0) return { records: [], around: [] };
  const ids = idsBy(keys, ({ kind }): RecordKind => kind);
  const kinds = kindsInLockOrder.filter((kind) => ids[kind] !== undefined);
  const { counts, values } = placesIn(around, statements.around);
  const rows = await connection.read<LoadedRow | AtRow | AgendaAt>(statements.around.read({ kinds, counts }), [
    ...kinds.map((kind) => boundIds(ids[kind])),
    agendasAsked(around),
    ...values,
  ]);
  const records = rows.flatMap((row) => ("kind" in row ? [rowToRecord(row.kind, row.row)] : []));
  const agendas = new Map(rows.flatMap((row) => ("place" in row ? [[row.place, row] as const] : [])));
  const found = rowsByPlace(rows.flatMap((row) => ("at" in row ? [row] : [])));
  return {
    records: inOrderOf(keys, records),
    around: surroundingsOf(around, (place) => agendas.get(place + 1), found),
  };
}

/** The rows at a place, which counts from 0 here and from 1 in the statements. */
export function rowsByPlace(rows: readonly AtRow[]): (place: number) => FoundRows {
  const found = Map.groupBy(rows, ({ at }) => at);
  return (place) => rowsOfPlace((found.get(place + 1) ?? []).map(({ row }) => row));
}

function agendasAsked(around: readonly Around[]): Buffer {
  const rows = around.map((place) =>
    rowText(placeColumns, {
      whose: place.of,
      owner: ownerOf(place),
      slot_id: "slotId" in place ? place.slotId : null,
    }),
  );
  return Buffer.from(`[${rows.join()}]`);
}

/** Null for the provider of a slot that is named. */
function ownerOf(place: Around): string | null {
  if (place.of === "subject") return place.subjectId;
  return "providerId" in place ? place.providerId : null;
}

type Values = Readonly<Record<PlaceValue, string | number | null>>;

const nowhere: Values = { place: 0, owner: null, from: 0, to: 0, slotId: null };

/** How many places of each shape a statement has to have, and the values of all of them. */
export function placesIn(
  around: readonly Around[],
  { names }: AroundStatements,
): { readonly counts: PlaceCounts; readonly values: readonly unknown[] } {
  const byShape = Map.groupBy(
    around.map((place, index) => valuesOf(place, index + 1)),
    ({ shape }) => shape,
  );
  const padded = placeShapes.map((shape) => {
    const own = (byShape.get(shape) ?? []).map(({ values }) => values);
    return [...own, ...Array<Values>(paddedCount(own.length) - own.length).fill(nowhere)];
  });
  return {
    counts: padded.map(({ length }) => length),
    values: placeShapes.flatMap((shape, index) =>
      (padded[index] ?? []).flatMap((values) => names[shape].map((name) => bound(values[name]))),
    ),
  };
}

const bound = (value: string | number | null) => (typeof value === "string" ? Buffer.from(value) : value);

function valuesOf(place: Around, number: number): { readonly shape: PlaceShape; readonly values: Values } {
  const common = { place: number, owner: ownerOf(place) };
  if (!("slotId" in place)) {
    const values = { ...common, from: place.from.getTime(), to: place.to.getTime(), slotId: null };
    return { shape: place.of, values };
  }
  const { slotId, beforeMs, afterMs } = place;
  return { shape: `${place.of}_near`, values: { ...common, from: beforeMs, to: afterMs, slotId } };
}
