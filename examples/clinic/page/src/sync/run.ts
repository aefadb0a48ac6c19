import type { Calls, ShownAppointment, ShownSlot } from "@slotwright/client";
import type { Finding, MovedSlot, RecordKey } from "@slotwright/core";

export type SyncCalls = Pick<Calls, "reconcile" | "getSlot" | "getAppointment">;

/** The records that findings name, as they were when they were looked up. What is gone is not in it. */
export interface Known {
  readonly slots: ReadonlyMap<string, ShownSlot>;
  readonly appointments: ReadonlyMap<string, ShownAppointment>;
}

/** What one run over all slots and appointments found, or repaired. */
export interface Run {
  readonly startedAt: Date;
  readonly scanned: { readonly slots: number; readonly appointments: number };
  readonly repaired: number;
  readonly repairable: number;
  readonly manual: number;
  /** The first of them. */
  readonly findings: readonly Finding[];
  /** Slots that the clocks show at another time than when they were made: the first of them. */
  readonly moved: readonly MovedSlot[];
  readonly movedCount: number;
  readonly known: Known;
}

export interface Progress {
  /** Parts that are read, and how many there are. */
  readonly done: number;
  readonly of: number;
  readonly run: Run;
}

/** A range of starts. Without an end, all before or after it. */
export interface Part {
  readonly from?: Date;
  readonly to?: Date;
}

interface RunOptions {
  readonly dryRun: boolean;
  readonly parts: readonly Part[];
  readonly startedAt: Date;
  readonly onPart: (progress: Progress) => void;
}

const dayMs = 24 * 60 * 60 * 1000;
const piecesAhead = 8;
/** More than that nobody reads. All are counted. */
const mostFindings = 50;

/** All of time: what has begun, the days in which the clinic plans in eight pieces, and what comes after them. */
export function partsOf(now: number, days: number): readonly Part[] {
  const ends = Array.from(
    { length: piecesAhead + 1 },
    (_, index) => new Date(now + (index * days * dayMs) / piecesAhead),
  );
  const ahead = ends.slice(1).map((to, index) => ({ from: ends[index] as Date, to }));
  return [{ to: ends[0] as Date }, ...ahead, { from: ends.at(-1) as Date }];
}

/**
 * Checks part after part, or repairs them. The answer of each says how far it is; a fault belongs to one part, that in which
 * its slot or appointment begins.
 */
export async function runThrough(calls: SyncCalls, { dryRun, parts, startedAt, onPart }: RunOptions): Promise<Run> {
  let run = nothingYet(startedAt);
  onPart({ done: 0, of: parts.length, run });
  for (const [index, part] of parts.entries()) {
    run = await withPart(calls, run, part, dryRun);
    onPart({ done: index + 1, of: parts.length, run });
  }
  return run;
}

async function withPart(calls: SyncCalls, run: Run, part: Part, dryRun: boolean): Promise<Run> {
  const report = await calls.reconcile({ ...part, dryRun, keepFindings: mostFindings });
  const findings = report.findings.slice(0, mostFindings - run.findings.length);
  const moved = report.moved.slice(0, mostFindings - run.moved.length);
  return {
    startedAt: run.startedAt,
    scanned: {
      slots: run.scanned.slots + report.scanned.slots,
      appointments: run.scanned.appointments + report.scanned.appointments,
    },
    repaired: run.repaired + report.repaired,
    repairable: run.repairable + report.repairable,
    manual: run.manual + report.manual,
    findings: [...run.findings, ...findings],
    moved: [...run.moved, ...moved],
    movedCount: run.movedCount + report.movedCount,
    known: await withRecords(calls, run.known, recordsOf({ findings, moved })),
  };
}

type Named = Pick<RecordKey, "kind" | "id">;

export const recordsOf = ({ findings, moved }: Pick<Run, "findings" | "moved">): readonly Named[] => [
  ...findings.flatMap((finding) => finding.records),
  ...moved.map(({ slotId }) => ({ kind: "slot", id: slotId }) as const),
];

/** The records that are named, beside those that are known. */
export async function withRecords(calls: SyncCalls, known: Known, records: readonly Named[]): Promise<Known> {
  const [slots, appointments] = [new Map(known.slots), new Map(known.appointments)];
  const idsOf = (kind: string) => new Set(records.filter((one) => one.kind === kind).map(({ id }) => id));
  await Promise.all([
    ...[...idsOf("slot")].map((id) => keep(slots, id, calls.getSlot(id))),
    ...[...idsOf("appointment")].map((id) => keep(appointments, id, calls.getAppointment(id))),
  ]);
  return { slots, appointments };
}

async function keep<Item>(items: Map<string, Item>, id: string, reading: Promise<Item>): Promise<void> {
  try {
    items.set(id, await reading);
  } catch (error) {
    // That a record does not exist can be the fault itself.
    const { code } = error as { readonly code?: unknown };
    if (code !== "slot_not_found" && code !== "appointment_not_found") throw error;
  }
}

export const nothingKnown: Known = { slots: new Map(), appointments: new Map() };

const nothingYet = (startedAt: Date): Run => ({
  startedAt,
  scanned: { slots: 0, appointments: 0 },
  repaired: 0,
  repairable: 0,
  manual: 0,
  findings: [],
  moved: [],
  movedCount: 0,
  known: nothingKnown,
});
