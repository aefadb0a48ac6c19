export { type SqliteAdapterOptions, sqliteAdapter } from "./adapter.ts";
export type { SqliteDatabase, SqliteStatement } from "./connection.ts";
export { type MigrationSqlOptions, migrationSql } from "./migrations.ts";
