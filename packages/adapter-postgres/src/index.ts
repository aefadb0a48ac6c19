export { type PostgresAdapterOptions, postgresAdapter } from "./adapter.ts";
export type { PostgresClient, PostgresPool, PostgresPoolClient, PostgresQuery } from "./connection.ts";
export type { KyselyTransaction, PostgresTransaction } from "./host-transaction.ts";
export { type MigrationSqlOptions, migrationSql } from "./migrations.ts";
