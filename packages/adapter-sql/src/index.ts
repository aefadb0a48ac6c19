export { hasMethods, type OptionRules, problemWithOptions } from "./adapter-options.ts";
export {
  type AroundAsked,
  type AroundRow,
  aroundColumns,
  type FoundRows,
  mostOfPlace,
  type PlaceAgenda,
  type PlaceSql,
  rowsAtPlace,
  rowsOfPlace,
  surroundingsOf,
} from "./around.ts";
export {
  type AgendaRow,
  type AppointmentRow,
  type AvailabilityRow,
  type Column,
  type ColumnName,
  type ColumnType,
  type CommandRow,
  catalogue,
  columnNames,
  columnType,
  defaultTablePrefix,
  type JournalRow,
  namesOurs,
  type RelayRow,
  type Row,
  type ScheduleRow,
  type SettingRow,
  type SlotRow,
  splitColumns,
  type TableName,
  type Tables,
  tableNames,
  tableOfKind,
} from "./catalogue.ts";
export { codeOf, fieldOf, isCausedBy, messageOf, textField } from "./driver-errors.ts";
export { endPosition, type FeedRow, feedColumns, feedOf } from "./feed.ts";
export { freshnessCheck, noteOpened } from "./fresh-sessions.ts";
export { guardInText, guardNames, isGuard, refusalText } from "./guards.ts";
export { type IndexName, indexes } from "./indexes.ts";
export { type Lend, type LendingPool, lending, type PoolState } from "./lending.ts";
export { type Link, linksOf, type PutRecord } from "./links.ts";
export type { Read } from "./list-shapes.ts";
export {
  branchesOf,
  furtherBranchesOf,
  keyBranchesOf,
  type ListSyntax,
  mayRepeat,
  type ProvidersQuery,
  standardLists,
  unionPlaceholders,
} from "./list-syntax.ts";
export {
  currentObjects,
  type Migration,
  type MigrationStatements,
  type Migrations,
  migrationStatements,
  type Release,
  releaseOf,
  type VersionRow,
  versionColumns,
  withNames,
} from "./migrations.ts";
export {
  adapterClosed,
  endedEarly,
  isPgPool,
  migrationWithin,
  misuse,
  noTransactionOpen,
  notTransaction,
  tellsItsEnd,
  transactionWithin,
} from "./misuse.ts";
export { createReads, type ListReads } from "./reads.ts";
export { refusingAdapter } from "./refusing-adapter.ts";
export {
  agendaToRow,
  appointmentToRow,
  availabilityToRow,
  commandToRow,
  journalToRow,
  recordToRow,
  relayToRow,
  rowToAgenda,
  rowToAppointment,
  rowToAvailability,
  rowToCommand,
  rowToJournal,
  rowToRecord,
  rowToRelay,
  rowToSchedule,
  rowToSettings,
  rowToSlot,
  scheduleToRow,
  settingsFound,
  settingsName,
  settingsToRow,
  slotToRow,
} from "./rows.ts";
export type { SchemaObject, SchemaObjectKind } from "./schema/schema-object.ts";
export { refuseTooNew, requireSchema, type SchemaVersion, sayTooNew, schemaVersionOf } from "./schema-version.ts";
export { databaseNameOfServers, serversInTurn, takesNoWrites, urlsOfServers } from "./servers.ts";
export { type KnownPlace, rowsOfSpan, type Span, spansOf } from "./spans.ts";
export {
  type Access,
  type HostAccess,
  listCalls,
  type RunCall,
  sqlAdapter,
  type TableCalls,
} from "./sql-adapter.ts";
export { type ColumnTypes, inList, type SqlStrategy } from "./strategy.ts";
export { tablePrefixPlugin } from "./table-prefix.ts";
export { withoutThoseBehind } from "./those-behind.ts";
export { toBeTriedAgain } from "./tried-again.ts";
export { beforeItsAppointment, isNewAndTaken, writeOrder } from "./write-order.ts";
