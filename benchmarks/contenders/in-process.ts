import {
  type Application,
  type Contender,
  type ContenderName,
  type Tally,
  type WorkloadName,
  workloadNames,
} from "./contender.ts";
import { type Scale, workloadsOn } from "./workloads.ts";

export interface InProcess {
  readonly name: ContenderName;
  readonly application: Application;
  /** Default: all. */
  readonly workloads?: readonly WorkloadName[];
  /** Selects `appointments` and `booked_slots`. */
  readonly tallySql: string;
  readonly close: () => Promise<void>;
}

/** Runs an administrator's statement, and resolves with its rows. */
export type Query = (sql: string) => Promise<readonly Readonly<Record<string, unknown>>[]>;

/** A contender whose callers are in this process. */
export function inProcess(of: InProcess, query: Query, scale: Scale): Contender {
  return {
    name: of.name,
    workloads: of.workloads ?? workloadNames,
    turn: workloadsOn(of.application, scale),
    tally: () => tallyOf(query, of.tallySql),
    close: of.close,
  };
}

export async function tallyOf(query: Query, sql: string): Promise<Tally> {
  const [row] = await query(sql);
  return { appointments: Number(row?.appointments), bookedSlots: Number(row?.booked_slots) };
}
