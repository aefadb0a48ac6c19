import type { Calls } from "@slotwright/client";
import { type Case, casesOf } from "../sync/cases.ts";
import { nothingKnown, recordsOf, type SyncCalls, withRecords } from "../sync/run.ts";

/** What a check of one slot found. */
export interface SlotFindings {
  /** The slot's version then: of another one, it says nothing. */
  readonly version: number;
  readonly cases: readonly Case[];
}

/** Checks the slot, and reads the records that the faults name, for their words. */
export async function checkSlot(calls: SyncCalls & Pick<Calls, "checkSync">, slotId: string): Promise<SlotFindings> {
  // The slot first: what changes meanwhile makes this of an earlier version, and not of a later one.
  const { version } = await calls.getSlot(slotId);
  const { faults } = await calls.checkSync(slotId);
  const findings = faults.map(
    (fault) => ({ ...fault, outcome: fault.repair === null ? "manual" : "repairable" }) as const,
  );
  const known = await withRecords(calls, nothingKnown, recordsOf({ findings, moved: [] }));
  return { version, cases: casesOf({ findings, known }) };
}
