import type { MigrationReport } from "@slotwright/core/adapter";
import { StorageError } from "@slotwright/core/adapter";
import type { Run } from "./connection.ts";

/** The adapter's tables, each with its schema, because the search path of a connection is the host's. */
export interface TableNames {
  readonly schema: string;
  readonly records: string;
  readonly commands: string;
  readonly journal: string;
  readonly settings: string;
  readonly relays: string;
  readonly migrations: string;
}

export function tablesIn(schema: string): TableNames {
  if (!/^[a-z_][a-z0-9_]*$/.test(schema)) {
    throw new StorageError("unavailable", `"${schema}" cannot be used as schema. Use a-z, 0-9 and underscores.`);
  }
  const of = (table: string) => `${schema}.${table}`;
  const [records, commands, journal] = [of("records"), of("commands"), of("journal")];
  return {
    schema,
    records,
    commands,
    journal,
    settings: of("settings"),
    relays: of("relays"),
    migrations: of("migrations"),
  };
}

const text = (name: string, from = name) => `text collate "C" generated always as (document #>> '{${from}}') stored`;

/**
 * Everything that a table has besides its documents is generated from them, and cannot differ. Times are text in ISO
 * 8601 and UTC, which sorts in the order of time. Collation "C" compares by code points, whatever the database's
 * default is.
 */
const migrations: readonly { readonly name: string; readonly sql: (tables: TableNames) => string }[] = [
  {
    name: "0001_tables",
    sql: ({ records, commands, journal, settings, relays }) => `
      create table ${records} (
        document jsonb not null,
        id ${text("id")},
        kind ${text("kind")},
        version integer not null generated always as ((document ->> 'version')::integer) stored,
        status ${text("status")},
        provider_id ${text("providerId")},
        provider_ids jsonb generated always as (document -> 'providerIds') stored,
        facility_id ${text("facilityId")},
        schedule_id ${text("scheduleId")},
        subject_id ${text("subjectId")},
        starts ${text("start")},
        ends ${text("end")},
        hold_expires ${text("hold", "hold,expiresAt")},
        holder_id ${text("holder", "hold,holderId")},
        primary key (id, kind)
      );
      create index on ${records} (kind, starts, id);
      create table ${commands} (document jsonb not null, id ${text("id")} primary key);
      create table ${journal} (
        document jsonb not null,
        record_id ${text("recordId")},
        record_kind ${text("recordKind")},
        version integer not null generated always as ((document ->> 'version')::integer) stored,
        partition integer not null,
        seq bigint generated always as identity,
        primary key (record_id, version, record_kind),
        unique (partition, seq)
      );
      create table ${settings} (document jsonb not null, only_one boolean primary key default true check (only_one));
      create table ${relays} (name text collate "C" primary key, version integer not null, state json not null)`,
  },
];

/** In a transaction under a lock, so that it can run in many processes at the same time, and again after a crash. */
export async function migrate(run: Run, tables: TableNames): Promise<MigrationReport> {
  // At this level, the statement after the lock sees what others migrated while it waited.
  await run("begin isolation level read committed");
  await run("select pg_advisory_xact_lock(hashtextextended($1, 0))", [`migrate ${tables.schema}`]);
  await run(`create schema if not exists ${tables.schema}`);
  await run(`create table if not exists ${tables.migrations} (name text primary key)`);
  const { rows } = await run<{ readonly name: string }>(`select name from ${tables.migrations}`);
  const before = rows.map(({ name }) => name);
  refuseNewer(before, tables);
  const missing = migrations.filter(({ name }) => !before.includes(name));
  for (const { name, sql } of missing) {
    await run(sql(tables));
    await run(`insert into ${tables.migrations} values ($1)`, [name]);
  }
  await run("commit");
  return { from: before.length, to: migrations.length, applied: missing.map(({ name }) => name) };
}

function refuseNewer(applied: readonly string[], { schema }: TableNames): void {
  const unknown = applied.filter((name) => !migrations.some((known) => known.name === name));
  if (unknown.length === 0) return;
  throw new StorageError(
    "schema_too_new",
    `The schema ${schema} has ${unknown}, of a later version. Update the program.`,
  );
}
