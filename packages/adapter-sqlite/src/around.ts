import {
  type AroundAsked,
  type AroundRow,
  type FoundRows,
  type KnownPlace,
  type PlaceAgenda,
  rowsOfPlace,
  rowsOfSpan,
  type Span,
  spansOf,
  surroundingsOf,
} from "@slotwright/adapter-sql";
import { type Around, agendaIdOf, type Surveyed } from "@slotwright/core/adapter";
import type { Connection } from "./connection.ts";
import { loadRecords } from "./reads.ts";
import type { Statements } from "./statements.ts";

/**
 * A statement for each part, which costs no round trip here: the caller sees to it that all of them see one snapshot.
 */
export function loadAround(connection: Connection, statements: Statements, { keys, around }: AroundAsked): Surveyed {
  const places = around.map((place) => placeOf(connection, statements, place));
  const { spans, spanOf } = spansOf(places);
  const found = spans.map((span) => rowsAt(connection, statements, span));
  const foundAt = (place: KnownPlace): FoundRows => {
    const index = spanOf.get(place) as number;
    return rowsOfSpan(place, found[index] as readonly AroundRow[], (spans[index] as Span).most);
  };
  return {
    records: loadRecords(connection, statements, keys),
    around: surroundingsOf(
      around,
      (index) => places[index] && agendaOf(connection, statements, places[index]),
      (index) => (places[index] === undefined ? rowsOfPlace([]) : foundAt(places[index])),
    ),
  };
}

interface NearRow {
  readonly provider_id: string;
  readonly start_at: number;
  readonly end_at: number;
}

/** Undefined if it is near a slot that does not exist. */
function placeOf(connection: Connection, { around }: Statements, place: Around): KnownPlace | undefined {
  const { of } = place;
  if (!("slotId" in place)) {
    const owner = place.of === "provider" ? place.providerId : place.subjectId;
    return { of, owner, from: place.from.getTime(), to: place.to.getTime() };
  }
  const slot = connection.get<NearRow>(around.slot, [place.slotId]);
  if (slot === undefined) return undefined;
  const owner = place.of === "provider" ? slot.provider_id : place.subjectId;
  return { of, owner, from: slot.start_at - place.beforeMs, to: slot.end_at + place.afterMs };
}

function agendaOf(connection: Connection, { selectVersion }: Statements, { of, owner }: KnownPlace): PlaceAgenda {
  const row = connection.get<{ readonly version: number }>(selectVersion.agenda, [agendaIdOf(of, owner)]);
  return { owner, version: row?.version ?? 0 };
}

function rowsAt(connection: Connection, { around }: Statements, span: Span): readonly AroundRow[] {
  const { sql, names } = around.rows[span.of];
  return connection.all(
    sql,
    names.map((name) => span[name]),
  );
}
