import { type ErrorCode, errorCatalogue, type JournalEntry, type Slot } from "@slotwright/core";
import { type Audit, type Invariant, invariantNumbers, invariants } from "@slotwright/lab/audit";
import type { Row } from "@slotwright/lab/engines";
import { bad, type Cells, good, table } from "@slotwright/lab/terminal";
import type { LedgerEntry } from "./ledger.ts";
import type { RaceResult } from "./race.ts";
import { spreadOf } from "./statistics.ts";

/** A slot that a caller won in the race. */
export interface Win {
  readonly subjectId: string;
  readonly slot: Slot;
}

export function localTime(instant: Date, timeZone: string): { readonly day: string; readonly time: string } {
  const format = (options: Intl.DateTimeFormatOptions) =>
    new Intl.DateTimeFormat("en-GB", { timeZone, ...options }).format(instant);
  return {
    day: format({ weekday: "short", day: "2-digit", month: "short" }),
    time: format({ hour: "2-digit", minute: "2-digit" }),
  };
}

/** One row per hour, with the slots and their winners. */
export function winners(wins: readonly Win[], timeZone: string): string {
  const inOrder = wins.toSorted((a, b) => a.slot.start.getTime() - b.slot.start.getTime() || a.slot.seat - b.slot.seat);
  const hours = Map.groupBy(inOrder, ({ slot }) => {
    const { day, time } = localTime(slot.start, timeZone);
    return `${day}, ${time.slice(0, 2)} h`;
  });
  const rows = [...hours].map(([hour, won]) => ({
    hour,
    winners: won.map((win) => `${localTime(win.slot.start, timeZone).time} ${win.subjectId}`).join("   "),
  }));
  return rows.length === 0 ? "Nobody." : table(rows);
}

export function perProcess({ reports }: RaceResult): string {
  const count = (ledger: readonly LedgerEntry[], of: (entry: LedgerEntry) => boolean) => ledger.filter(of).length;
  return table(
    reports.map(({ pid, ledger }, index) => ({
      process: `p${index + 1}`,
      pid,
      callers: new Set(ledger.map(({ actorId }) => actorId)).size,
      won: count(ledger, isWin),
      refusals: count(ledger, isRefusal),
      "sent again": count(ledger, ({ repeated }) => repeated),
    })),
  );
}

export function refusalsByCode(ledger: readonly LedgerEntry[]): string {
  const codes = [...Map.groupBy(ledger.filter(isRefusal), ({ outcome }) => outcome as ErrorCode)];
  if (codes.length === 0) return "None.";
  const rows = codes.map(([code, { length }]) => ({ code, times: length, meaning: errorCatalogue[code].title }));
  return table(rows.toSorted((a, b) => b.times - a.times));
}

export function latencies(ledger: readonly LedgerEntry[]): string {
  const kinds: Readonly<Record<string, (entry: LedgerEntry) => boolean>> = {
    "booking made": isWin,
    "hold made": ({ command, outcome }) => command === "hold" && outcome === "done",
    "request refused": isRefusal,
    "booking sent again": ({ repeated, outcome }) => repeated && outcome === "done",
  };
  const rows = Object.entries(kinds).flatMap(([answer, of]): Cells[] => {
    const times = ledger.filter(of).map(({ ms }) => ms);
    return times.length === 0 ? [] : [{ answer, times: times.length, ...spreadOf(times) }];
  });
  return table(rows);
}

/** Writes and answers separately: once everything is booked, the rest of the race is refusals, which write nothing. */
export function throughput({ startedAt }: RaceResult, ledger: readonly LedgerEntry[]): string {
  const line = (what: string, entries: readonly LedgerEntry[]) => {
    const seconds = Math.max(1, ...entries.map(({ answeredAt }) => answeredAt - startedAt)) / 1000;
    return `${entries.length} ${what} in ${seconds.toFixed(2)} s: ${Math.round(entries.length / seconds)} a second.`;
  };
  const writes = ledger.filter(({ outcome, repeated }) => outcome === "done" && !repeated);
  return [line("durable writes", writes), line("answers of all kinds", ledger)].join("\n");
}

export function journal(entries: readonly JournalEntry[]): string {
  return table(
    entries.map((entry) => ({
      version: entry.version,
      "at (UTC)": entry.at.toISOString().slice(11, 23),
      command: entry.command,
      change: `${entry.fromStatus ?? "-"} > ${entry.toStatus}`,
      by: `${entry.actor.kind} ${entry.actor.id}`,
      reason: entry.reason ?? "",
      key: entry.commandId,
    })),
  );
}

/** One line per invariant. If it is broken, the rows that break it follow. */
export function auditLines({ file, findings, counts }: Audit): string {
  const read = Object.entries(counts).map(([name, count]) => `${count} ${name}`);
  const perInvariant = invariantNumbers.flatMap((invariant) => {
    const broken = findings.filter((finding) => finding.invariant === invariant);
    const rows = broken.flatMap((finding) => [`          ${finding.finding}:`, offending(finding.rows)]);
    return [verdict(String(invariant), invariants[invariant as Invariant], broken.length === 0), ...rows];
  });
  return [`Read: ${read.join(", ")}.`, ...fileLines(file), ...perInvariant].join("\n");
}

function fileLines(problems: readonly Row[] | undefined): readonly string[] {
  if (problems === undefined) return [];
  const isSound = problems.length === 0;
  return [verdict("file", "The database file is sound.", isSound), ...(isSound ? [] : [offending(problems)])];
}

export function faults(ledger: readonly LedgerEntry[]): readonly LedgerEntry[] {
  return ledger.filter(({ outcome }) => outcome === "fault");
}

export function isWin({ command, outcome, repeated }: LedgerEntry): boolean {
  return command === "book" && outcome === "done" && !repeated;
}

function isRefusal({ outcome, repeated }: LedgerEntry): boolean {
  return outcome !== "done" && outcome !== "fault" && !repeated;
}

function verdict(label: string, sentence: string, holds: boolean): string {
  return `${holds ? good("ok    ") : bad("BROKEN")}  ${label.padEnd(4)}  ${sentence}`;
}

const rowsShown = 5;

function offending(rows: readonly Row[]): string {
  const more = rows.length - rowsShown;
  return table(rows.slice(0, rowsShown)) + (more > 0 ? `\n          and ${more} more` : "");
}
