import type { TableSize } from "./result.ts";

/** What the model takes for granted. Each is written on the page, and can be changed here. */
export const assumptions = {
  clinics: 1_000,
  slotsPerYear: 10_000_000,
  /** Of the slots, those that somebody has in the end. */
  takenShare: 0.8,
  /** Of all bookings. */
  cancelledShare: 0.15,
  movedShare: 0.05,
  /** Checked in, and completed or missed. */
  commandsPerVisit: 2,
  openDays: 250,
  /** The busiest day, as a multiple of an average one. */
  busiestDay: 2,
  /** Of a day's calls, those of the busiest hour. */
  busiestHourShare: 0.15,
  searchesPerBooking: 100,
  /** One call publishes a provider's week. */
  slotsPerPublication: 40,
  /** Entries of the journal: the slot's and the appointment's; of a move, both slots'. */
  entriesPerBooking: 2,
  entriesPerMove: 3,
  entriesPerVisitCommand: 1,
  /** Programs that follow the feed: a relay, and live slots in each of four processes. */
  feedReaders: 5,
  /** Bytes of a stored answer beyond what the measured tables have, whose answers are short. */
  answerBytes: 1_000,
  yearsKept: 3,
  /** The part of a processor that is planned for at the busiest hour. */
  plannedShare: 0.5,
  processorsPerServer: 4,
  /** Standbys, so that an acknowledged booking outlives a server. */
  standbys: 2,
} as const;

export type Assumptions = { readonly [Name in keyof typeof assumptions]: number };

/** What was measured. */
export interface Measured {
  readonly tables: readonly TableSize[];
  /** Processor time of a call, of the engine's process and the server's together. */
  readonly bookCpuMs: number;
  readonly searchCpuMs: number;
}

export interface Model {
  readonly perYear: {
    readonly bookings: number;
    readonly commands: number;
    readonly entries: number;
    readonly searches: number;
  };
  /** At the busiest hour. */
  readonly perSecond: {
    readonly bookings: number;
    readonly commands: number;
    readonly searches: number;
    readonly entries: number;
    readonly entriesRead: number;
  };
  readonly sizes: readonly { readonly table: string; readonly rows: number; readonly gib: number }[];
  readonly gibPerYear: number;
  readonly gibKept: number;
  /** Processors at work at the busiest hour, for commands and for searches. */
  readonly busy: { readonly commands: number; readonly searches: number };
  readonly servers: { readonly forTheLoad: number; readonly inAll: number };
}

export function modelOf(measured: Measured, given: Assumptions = assumptions): Model {
  const counts = countsOf(given);
  const atBusiest = (perYear: number) =>
    ((perYear / given.openDays) * given.busiestDay * given.busiestHourShare) / 3_600;
  const perSecond = {
    bookings: atBusiest(counts.bookings),
    commands: atBusiest(counts.commands),
    searches: atBusiest(counts.searches),
    entries: atBusiest(counts.entries),
    entriesRead: atBusiest(counts.entries) * given.feedReaders,
  };
  const sizes = sizesOf(measured.tables, counts, given);
  const gibPerYear = sizes.reduce((sum, { gib }) => sum + gib, 0);
  const busy = {
    commands: (perSecond.commands * measured.bookCpuMs) / 1_000,
    searches: (perSecond.searches * measured.searchCpuMs) / 1_000,
  };
  const needed = (busy.commands + busy.searches) / given.plannedShare;
  const forTheLoad = Math.ceil(needed / given.processorsPerServer);
  const { bookings, commands, entries, searches } = counts;
  return {
    perYear: { bookings, commands, entries, searches },
    perSecond,
    sizes,
    gibPerYear,
    gibKept: gibPerYear * given.yearsKept,
    busy,
    servers: { forTheLoad, inAll: forTheLoad + given.standbys },
  };
}

interface Counts {
  readonly slots: number;
  readonly bookings: number;
  readonly commands: number;
  readonly entries: number;
  readonly searches: number;
}

function countsOf(given: Assumptions): Counts {
  const slots = given.slotsPerYear;
  const visits = slots * given.takenShare;
  const bookings = visits / (1 - given.cancelledShare);
  const [cancelled, moved] = [bookings * given.cancelledShare, bookings * given.movedShare];
  const visitCommands = visits * given.commandsPerVisit;
  return {
    slots,
    bookings,
    commands: slots / given.slotsPerPublication + bookings + cancelled + moved + visitCommands,
    entries:
      slots +
      (bookings + cancelled) * given.entriesPerBooking +
      moved * given.entriesPerMove +
      visitCommands * given.entriesPerVisitCommand,
    searches: bookings * given.searchesPerBooking,
  };
}

function sizesOf(tables: readonly TableSize[], counts: Counts, { answerBytes }: Assumptions): Model["sizes"] {
  const rowsOf: Readonly<Record<string, number>> = {
    slots: counts.slots,
    appointments: counts.bookings,
    commands: counts.commands,
    journal: counts.entries,
  };
  return tables
    .filter(({ table }) => table in rowsOf)
    .map(({ table, bytesPerRow, indexBytesPerRow }) => {
      const rows = rowsOf[table] ?? 0;
      const bytes = bytesPerRow + indexBytesPerRow + (table === "commands" ? answerBytes : 0);
      return { table, rows, gib: (rows * bytes) / 1024 ** 3 };
    });
}
