import {
  type AroundAsked,
  type AroundRow,
  aroundColumns,
  mostOfPlace,
  type PlaceAgenda,
  rowsOfSpan,
  rowToRecord,
  surroundingsOf,
} from "@slotwright/adapter-sql";
import {
  type AgendaOwner,
  type Around,
  keyText,
  type RecordKind,
  type StoredRecord,
  type Surroundings,
  type Surveyed,
} from "@slotwright/core/adapter";
import type { On } from "./calls.ts";
import { idsOf, kindsOf } from "./reads.ts";
import { readConfirmed } from "./standbys.ts";

/** What is found comes from one statement, and so from one snapshot. */
export async function loadAround(on: On, { keys, around }: AroundAsked): Promise<Surveyed> {
  if (keys.length === 0 && around.length === 0) return { records: [], around: [] };
  const wanted = kindsOf(keys);
  const parameters = [...wanted.map((kind) => idsOf(keys, kind)), ...placeValues(around)];
  const { read, confirm } = on.statements.around;
  const statements = { read: read(wanted), confirm: () => confirm(wanted) };
  const rows = await readConfirmed<FoundRow>(on, statements, parameters);
  const records = new Map<string, StoredRecord>();
  for (const row of rows.filter(isRecord)) {
    const record = rowToRecord(row.kind, row);
    records.set(keyText(record), record);
  }
  return { records: keys.map((key) => records.get(keyText(key))), around: placesOf(around, rows) };
}

/**
 * Locks first, and reads when it has waited for the locks. In one statement, the agendas would be as they are after the
 * wait, and the lists as they were before it.
 */
export async function loadAroundInHost(on: On, asked: AroundAsked): Promise<Surveyed> {
  const { run, statements } = on;
  const wanted = kindsOf(asked.keys);
  const parameters = [...wanted.map((kind) => idsOf(asked.keys, kind)), ...placeValues(asked.around)];
  await run(statements.around.lock(wanted), parameters);
  return loadAround(on, asked);
}

type FoundRow = { readonly kind: RecordKind } | PlaceRow | SpanRow;

interface PlaceRow {
  readonly kind: "place";
  readonly n: number;
  /** The owner's. */
  readonly id: string;
  readonly version: number;
  readonly from_at: number;
  readonly to_at: number;
}

interface SpanRow {
  readonly kind: "at_provider" | "at_subject";
  /** The number of its first place. */
  readonly n: number;
  /** A JSON array of rows, each of which is an array of the values of `aroundColumns`. */
  readonly found: string | null;
}

const isRecord = (row: FoundRow): row is { readonly kind: RecordKind } => !("n" in row) || row.n === null;

/** In the order of `placeParameters`. */
function placeValues(around: readonly Around[]): readonly (readonly (string | number | null)[])[] {
  const values = around.map((place) => {
    const owner = place.of === "subject" ? place.subjectId : "providerId" in place ? place.providerId : null;
    const bounds =
      "slotId" in place
        ? [place.slotId, place.beforeMs, place.afterMs]
        : [null, place.from.getTime(), place.to.getTime()];
    return [place.of, owner, ...bounds];
  });
  return [0, 1, 2, 3, 4].map((parameter) => values.map((value) => value[parameter] as string | number | null));
}

/** Places are numbered from 1. */
function placesOf(around: readonly Around[], rows: readonly FoundRow[]): readonly Surroundings[] {
  const places = new Map(rows.flatMap((row) => (row.kind === "place" ? [[row.n, row as PlaceRow] as const] : [])));
  const found = new Map(
    rows.flatMap((row) => {
      const isSpan = row.kind === "at_provider" || row.kind === "at_subject";
      return isSpan ? [[(row as SpanRow).n, rowsIn(row as SpanRow)] as const] : [];
    }),
  );
  const ofSpan = Map.groupBy(places.values(), (place) => spanOf(around[place.n - 1]?.of ?? "provider", place));
  return surroundingsOf(
    around,
    (index): PlaceAgenda | undefined => {
      const place = places.get(index + 1);
      return place && { owner: place.id, version: place.version };
    },
    (index) => {
      const place = places.get(index + 1) as PlaceRow;
      const together = ofSpan.get(spanOf(around[index]?.of ?? "provider", place)) ?? [place];
      const first = Math.min(...together.map(({ n }) => n));
      const { from_at: from, to_at: to } = place;
      return rowsOfSpan({ from, to }, found.get(first) ?? [], together.length * mostOfPlace);
    },
  );
}

/** As the statement groups them. */
function spanOf(of: AgendaOwner, { id, from_at, to_at }: PlaceRow): string {
  const length = to_at - from_at;
  return `${of} ${length} ${Math.trunc(from_at / Math.max(length, 1))} ${id}`;
}

function rowsIn({ kind, found }: SpanRow): readonly AroundRow[] {
  const columns: readonly string[] = aroundColumns[kind === "at_provider" ? "provider" : "subject"];
  const rows = JSON.parse(found ?? "[]") as readonly (readonly unknown[])[];
  return rows.map((values) => {
    const row: Record<string, unknown> = {};
    for (const [index, column] of columns.entries()) row[column] = values[index];
    return row as unknown as AroundRow;
  });
}
