export { type MysqlAdapterOptions, mysqlAdapter } from "./adapter.ts";
export type {
  KyselyTransaction,
  MysqlCallbacks,
  MysqlConnection,
  MysqlPool,
  MysqlPoolConnection,
  MysqlTransaction,
} from "./connection.ts";
export { type MigrationSqlOptions, migrationSql } from "./migrations.ts";
export type { ServerName } from "./strategy.ts";
