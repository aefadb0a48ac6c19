import { agendaIdOf, subjectAppointmentOf, takenSlotOf } from "../model/agenda.ts";
import { limits } from "../model/limits.ts";
import { copyOf } from "../model/plain-json.ts";
import { keyText, type RecordKey } from "../model/record.ts";
import { overlaps, type TimeRange } from "../model/time-range.ts";
import type { Around, Position, Surroundings, Surveyed } from "../storage/adapter.ts";
import { readRecord, recordsOf, type Tables } from "./database.ts";
import { inListOrder } from "./queries.ts";

/** Nothing else runs in between, so all of it is as it was at one moment. */
export function loadAround(tables: Tables, keys: readonly RecordKey[], around: readonly Around[]): Surveyed {
  return {
    records: keys.map((key) => readRecord(tables, key)),
    around: around.map((place) => surroundings(tables, place)),
  };
}

const nothing: Surroundings = { agenda: undefined, slots: [], appointments: [], isCut: false };

function surroundings(tables: Tables, place: Around): Surroundings {
  const stretch = stretchOf(tables, place);
  if (stretch === undefined) return nothing;
  const { owner, range } = stretch;
  const isThere = (record: TimeRange) => overlaps(record, range);
  const agenda = agendaOf(tables, agendaIdOf(place.of, owner));
  if (place.of === "provider") {
    const taken = recordsOf(tables, "slot").filter(
      (slot) => slot.providerId === owner && (slot.status === "booked" || slot.status === "held") && isThere(slot),
    );
    const { rows, isCut } = firstOf(taken);
    return { ...nothing, agenda, slots: rows.map(takenSlotOf), isCut };
  }
  const theirs = recordsOf(tables, "appointment").filter(
    (appointment) => appointment.subjectId === owner && appointment.status !== "cancelled" && isThere(appointment),
  );
  const { rows, isCut } = firstOf(theirs);
  return { ...nothing, agenda, appointments: rows.map(subjectAppointmentOf), isCut };
}

interface Stretch {
  /** The provider's id, or the subject's. */
  readonly owner: string;
  readonly range: TimeRange;
}

function stretchOf({ records }: Tables, place: Around): Stretch | undefined {
  if (!("slotId" in place)) {
    const owner = place.of === "provider" ? place.providerId : place.subjectId;
    return { owner, range: { start: place.from, end: place.to } };
  }
  const { slotId, beforeMs, afterMs } = place;
  const slot = records.get(keyText({ kind: "slot", id: slotId }));
  if (slot?.kind !== "slot") return undefined;
  const start = new Date(slot.start.getTime() - beforeMs);
  const end = new Date(slot.end.getTime() + afterMs);
  return { owner: place.of === "provider" ? slot.providerId : place.subjectId, range: { start, end } };
}

function agendaOf({ records }: Tables, id: string) {
  const stored = records.get(keyText({ kind: "agenda", id }));
  return { kind: "agenda", id, version: stored?.version ?? 0 } as const;
}

function firstOf<R extends Position>(found: readonly R[]): { readonly rows: readonly R[]; readonly isCut: boolean } {
  const isCut = found.length > limits.rowsAround;
  return { rows: copyOf([...found].sort(inListOrder).slice(0, limits.rowsAround)), isCut };
}
