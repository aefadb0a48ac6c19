import type { Appointment, JournalEntry, OpenSeat, RecordKey, Slot } from "@slotwright/core/adapter";
import {
  type AppointmentQuery,
  computedIdPattern,
  type JournalsQuery,
  keyText,
  type OpenQuery,
  type RecordKind,
  requestIn,
  type SlotQuery,
  type StoredRecord,
  type VersionedRecord,
} from "@slotwright/core/adapter";
import type { QueryResult } from "pg";
import type { Run } from "./connection.ts";
import { entryFrom } from "./feed.ts";
import type { TableNames } from "./schema.ts";

export interface LockedRow {
  readonly kind: RecordKind;
  readonly id: string;
  readonly version: string;
  readonly status: string | null;
}

/** In the one order in which everything locks. A command needs no lock, because it never changes. */
export function lockRecords(run: Run, tables: TableNames, keys: readonly RecordKey[]): Promise<QueryResult<LockedRow>> {
  return run(
    `with locked as (
       select kind, id, version, status from ${tables.records} where id = any($1) order by id, kind for update
     )
     select * from locked union all select 'command', id, 1, null from ${tables.commands} where id = any($1)`,
    [keys.map(({ id }) => id)],
  );
}

/** Locks what nobody else has locked, and returns the others as they are now. */
export async function skippedRecords(
  run: Run,
  { records }: TableNames,
  keys: readonly RecordKey[],
): Promise<readonly LockedRow[]> {
  const { rows } = await run<LockedRow>(
    `with free as (select kind, id from ${records} where id = any($1) order by id, kind for update skip locked)
     select kind, id, version, status from ${records} where id = any($1) and (kind, id) not in (select kind, id from free)`,
    [keys.map(({ id }) => id)],
  );
  return rows;
}

interface Document {
  readonly document: string;
}

/** One statement is one moment. */
export async function loadRecords(
  run: Run,
  { records, commands }: TableNames,
  keys: readonly RecordKey[],
): Promise<readonly (StoredRecord | undefined)[]> {
  const { rows } = await run<Document>(
    `select document from ${records} where id = any($1)
     union all select document from ${commands} where id = any($1)`,
    [keys.map(({ id }) => id)],
  );
  const documents = new Map(rows.map(({ document }) => [keyText(JSON.parse(document)), document]));
  return keys.map((key) => {
    const document = documents.get(keyText(key));
    return document === undefined ? undefined : recordFrom(document);
  });
}

/** Omitted conditions are null, and do not restrict. */
const inBoth = `
  ($1::text[] is null or provider_id = any($1) or provider_ids ?| $1) and ($2::text is null or facility_id = $2)
  and ($3::text is null or starts >= $3) and ($4::text is null or starts < $4)`;

export async function findSlots(run: Run, { records }: TableNames, query: SlotQuery): Promise<readonly Slot[]> {
  const { scheduleId, holderId, endAfter, statuses, asOf, descending = false } = query;
  const [beyond, order] = descending ? ["<", "desc"] : [">", "asc"];
  const { rows } = await run<Document>(
    `select document from ${records} where kind = 'slot' and ${inBoth}
       and ($5::text is null or (starts, id) ${beyond} ($5, $6))
       and ($8::text is null or schedule_id = $8) and ($9::text is null or ends > $9)
       and ($12::text is null or holder_id = $12)
       and ($10::text[] is null
         or case when status <> 'held' or hold_expires > $11 then status
              when id like '${computedIdPattern}' then 'withdrawn' else 'available' end = any($10))
     order by starts ${order}, id ${order} limit $7`,
    [...valuesOfBoth(query), scheduleId ?? null, iso(endAfter), statuses ?? null, iso(asOf), holderId ?? null],
  );
  return rows.map(({ document }) => recordFrom(document) as Slot);
}

/** The documents are whole in any case. A table of columns would read only those of a free seat. */
export async function findOpen(run: Run, tables: TableNames, query: OpenQuery): Promise<readonly OpenSeat[]> {
  const slots = await findSlots(run, tables, { ...query, statuses: ["available"] });
  return slots.map((slot) => {
    const { id, providerId, facilityId, start, end, version } = slot;
    return { id, providerId, facilityId, start, end, version };
  });
}

export async function findAppointments(
  run: Run,
  { records }: TableNames,
  query: AppointmentQuery,
): Promise<readonly Appointment[]> {
  const [beyond, order] = query.descending ? ["<", "desc"] : [">", "asc"];
  const { rows } = await run<Document>(
    `select document from ${records} where kind = 'appointment' and ${inBoth}
       and ($5::text is null or (starts, id) ${beyond} ($5, $6))
       and ($8::text is null or subject_id = $8) and ($9::text[] is null or status = any($9))
     order by starts ${order}, id ${order} limit $7`,
    [...valuesOfBoth(query), query.subjectId ?? null, query.statuses ?? null],
  );
  return rows.map(({ document }) => recordFrom(document) as Appointment);
}

function valuesOfBoth(query: SlotQuery | AppointmentQuery): readonly unknown[] {
  const { providerIds, facilityId, startFrom, startBefore, after, limit } = query;
  const from = [iso(startFrom), iso(startBefore), iso(after?.start), after?.id ?? null];
  return [providerIds ?? null, facilityId ?? null, ...from, limit];
}

/** A page of each record, all in one round trip. */
export async function readJournals(
  run: Run,
  { journal }: TableNames,
  { pages, descending = false }: JournalsQuery,
): Promise<readonly (readonly JournalEntry[])[]> {
  const [beyond, order] = descending ? ["<", "desc"] : [">", "asc"];
  const { rows } = await run<Document & { readonly page: string }>(
    `select page, document
     from jsonb_to_recordset($1::jsonb) as asked (page int, kind text, id text, after int, most int)
     cross join lateral (
       select version, document from ${journal}
       where record_id = asked.id and record_kind = asked.kind and (asked.after is null or version ${beyond} asked.after)
       order by version ${order} limit asked.most) as entries
     order by page, version ${order}`,
    [
      JSON.stringify(
        pages.map(({ record, afterVersion, limit }, page) => ({ page, ...record, after: afterVersion, most: limit })),
      ),
    ],
  );
  return pages.map((_, index) =>
    rows.filter(({ page }) => Number(page) === index).map(({ document }) => entryFrom(document)),
  );
}

const iso = (time: Date | undefined): string | null => time?.toISOString() ?? null;

/** The fields of a record that are instants. */
type InstantOf<R> = R extends unknown ? { [F in keyof R]: R[F] extends Date | null ? F : never }[keyof R] : never;

/**
 * JSON has no instants. These fields are instants, while text of the same form in the host's metadata stays text. As a
 * record, the compiler finds one that is missing.
 */
const instants: Readonly<Record<InstantOf<VersionedRecord>, true>> = {
  start: true,
  end: true,
  createdAt: true,
  updatedAt: true,
};

export function recordFrom(document: string): StoredRecord {
  const record = JSON.parse(document) as Record<string, unknown>;
  for (const field of Object.keys(instants)) {
    const value = record[field];
    if (typeof value === "string") record[field] = new Date(value);
  }
  const { hold } = record as { hold?: { expiresAt: string } | null };
  if (hold) record.hold = { ...hold, expiresAt: new Date(hold.expiresAt) };
  if (record.kind === "appointment") record.request = requestIn(record.request);
  return record as unknown as StoredRecord;
}
