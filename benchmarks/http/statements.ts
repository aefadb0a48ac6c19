/** What the route does that a booking is compared with: no check, no journal, one row. */
export const insertSql = "insert into plain_bookings (id, slot_id, subject_id) values ($1, $2, $3)";

/** What the route does that a search is compared with. */
export const selectSql = `select id, provider_id, facility_id, start_at, end_at, version from plain_slots
 where provider_id = any($1) and start_at >= $2 and start_at < $3 and status = 'available'
 order by start_at, id limit $4`;

export const plainTables = [
  "create table plain_bookings (id uuid primary key, slot_id text not null, subject_id text not null)",
  `create table plain_slots (id text primary key, provider_id text not null, facility_id text not null,
 start_at timestamptz not null, end_at timestamptz not null, status text not null, version integer not null)`,
  "create index on plain_slots (provider_id, start_at)",
];
