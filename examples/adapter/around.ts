import type { Appointment, Slot } from "@slotwright/core/adapter";
import {
  type Around,
  agendaIdOf,
  keyText,
  limits,
  type RecordKey,
  type Surroundings,
  type Surveyed,
  subjectAppointmentOf,
  takenSlotOf,
} from "@slotwright/core/adapter";
import type { Run } from "./connection.ts";
import { lockRecords, recordFrom } from "./reads.ts";
import type { TableNames } from "./schema.ts";

/** A record, or a record that lies at a place. Without a document, the place's agenda. Everything comes back as text. */
interface Row {
  readonly place: string | null;
  readonly owner: string | null;
  readonly version: string | null;
  readonly document: string | null;
}

/** The time so many milliseconds before or after an instant, which is stored as text. */
const moved = (time: string, sign: "+" | "-", ms: string) =>
  `${time}::timestamptz ${sign} ${ms}::bigint * interval '1 millisecond'`;

/** The places as a table. Near a slot, their bounds are milliseconds, and otherwise instants. */
const places = ({ records }: TableNames) => `
  select p.place, p.whose, coalesce(p.owner, s.provider_id) as owner,
    case when p.slot is null then p.start::timestamptz else ${moved("s.starts", "-", "p.start")} end as starts,
    case when p.slot is null then p.stop::timestamptz else ${moved("s.ends", "+", "p.stop")} end as ends
  from jsonb_to_recordset($1::jsonb) as p (place int, whose text, owner text, slot text, start text, stop text)
  left join ${records} as s on s.kind = 'slot' and s.id = p.slot
  where p.slot is null or s.id is not null`;

/** What counts at a place. */
const counts = `case p.whose
  when 'provider' then t.kind = 'slot' and t.provider_id = p.owner and t.status in ('booked', 'held')
  else t.kind = 'appointment' and t.subject_id = p.owner and t.status <> 'cancelled' end`;

/** One statement is one moment: no agenda is newer than what it is returned with. */
export async function loadAround(
  run: Run,
  tables: TableNames,
  keys: readonly RecordKey[],
  around: readonly Around[],
): Promise<Surveyed> {
  const { records, commands } = tables;
  const { rows } = await run<Row>(
    `with p as (${places(tables)})
     select null::int as place, null as owner, null::int as version, document from ${records} where id = any($2)
     union all select null, null, null, document from ${commands} where id = any($2)
     union all select p.place, p.owner, coalesce(a.version, 0), null from p
       left join ${records} as a on a.kind = 'agenda' and a.id = p.whose || ':' || p.owner
     union all select p.place, null, null, r.document from p cross join lateral (
       select t.document from ${records} as t
       where t.starts::timestamptz < p.ends and t.ends::timestamptz > p.starts and ${counts}
       order by t.starts, t.id limit ${limits.rowsAround + 1}) as r`,
    [JSON.stringify(around.map(placeRow)), keys.map(({ id }) => id)],
  );
  const loaded = rows.flatMap(({ place, document }) => (place === null && document !== null ? [document] : []));
  const found = new Map(loaded.map(recordFrom).map((record) => [keyText(record), record]));
  return {
    records: keys.map((key) => found.get(keyText(key))),
    around: around.map(({ of }, index) =>
      surroundings(
        of,
        rows.filter(({ place }) => place !== null && Number(place) === index),
      ),
    ),
  };
}

/** Locks the records and the agendas first. What lies around is read when there is nothing left to wait for. */
export async function loadAroundAndLock(
  run: Run,
  tables: TableNames,
  keys: readonly RecordKey[],
  around: readonly Around[],
): Promise<Surveyed> {
  const { rows } = await run<{ readonly id: string }>(
    `select whose || ':' || owner as id from (${places(tables)}) as p`,
    [JSON.stringify(around.map(placeRow))],
  );
  const agendas = rows.map(({ id }) => ({ kind: "agenda", id }) as const);
  await lockRecords(run, tables, [...keys, ...agendas]);
  return loadAround(run, tables, keys, around);
}

function placeRow(one: Around, place: number) {
  const owner = one.of === "subject" ? one.subjectId : "providerId" in one ? one.providerId : null;
  const bounds =
    "slotId" in one
      ? { slot: one.slotId, start: String(one.beforeMs), stop: String(one.afterMs) }
      : { slot: null, start: one.from.toISOString(), stop: one.to.toISOString() };
  return { place, whose: one.of, owner, ...bounds };
}

function surroundings(of: Around["of"], rows: readonly Row[]): Surroundings {
  const nothing = { agenda: undefined, slots: [], appointments: [], isCut: false };
  const { owner, version } = rows.find(({ document }) => document === null) ?? { owner: null, version: null };
  if (owner === null) return nothing;
  const agenda = { kind: "agenda", id: agendaIdOf(of, owner), version: Number(version) } as const;
  const documents = rows.flatMap(({ document }) => (document === null ? [] : [document]));
  const isCut = documents.length > limits.rowsAround;
  const records = documents.slice(0, limits.rowsAround).map(recordFrom);
  return of === "provider"
    ? { ...nothing, agenda, slots: (records as Slot[]).map(takenSlotOf), isCut }
    : { ...nothing, agenda, appointments: (records as Appointment[]).map(subjectAppointmentOf), isCut };
}
