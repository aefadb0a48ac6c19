export { hasMethods, type OptionRules, problemWithOptions } from "./adapter-options.ts";
export { codeOf, fieldOf, isCausedBy, textField, textOf } from "./driver-errors.ts";
export { freshnessCheck, noteOpened } from "./fresh-sessions.ts";
export { guardInText, guardNames, isGuard, refusalText } from "./guards.ts";
export { type IndexName, indexes } from "./indexes.ts";
export { type Lend, type LendingPool, lending, type PoolState } from "./lending.ts";
export type { Read } from "./list-shapes.ts";
export {
  branchesOf,
  furtherBranchesOf,
  keyBranchesOf,
  type ListSyntax,
  mayRepeat,
  type Providers,
  standardLists,
  unionPlaces,
} from "./list-syntax.ts";
export { type Migration, type MigrationStatements, migrationStatements } from "./migrations/index.ts";
export { initialTables } from "./migrations/initial.ts";
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
export { createReads, type Reads } from "./reads.ts";
export { refusingAdapter } from "./refusing-adapter.ts";
export {
  appointmentToRow,
  commandToRow,
  journalToRow,
  rowToAppointment,
  rowToCommand,
  rowToJournal,
  rowToRecord,
  rowToSchedule,
  rowToSettings,
  rowToSlot,
  scheduleToRow,
  settingsFound,
  settingsName,
  settingsToRow,
  slotToRow,
} from "./rows.ts";
export {
  type AppointmentRow,
  type CommandRow,
  columnNames,
  defaultTablePrefix,
  type FurtherProviderRow,
  type JournalRow,
  type MigrationRow,
  namesOurs,
  type ScheduleRow,
  type SettingRow,
  type SlotRow,
  type TableName,
  type Tables,
  tableNames,
} from "./schema.ts";
export { outdatedSchema } from "./schema-version.ts";
export { type ColumnTypes, inList, type SqlStrategy } from "./strategy.ts";
export { tablePrefixPlugin } from "./table-prefix.ts";
export { toBeTriedAgain } from "./tried-again.ts";
export { writeOrder } from "./write-order.ts";
