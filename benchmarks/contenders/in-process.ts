import {
  type Application,
  type Contender,
  type ContenderName,
  followingWorkloads,
  type Tally,
  type WorkloadName,
  workloadNames,
} from "./contender.ts";
import type { Following } from "./following.ts";
import { type Scale, workloadsOn } from "./workloads.ts";

export interface InProcess {
  readonly name: ContenderName;
  readonly application: Application;
  /** Undefined if nobody follows what happens on it. */
  readonly following?: Following | undefined;
  /** Default: all, or all for which nobody has to follow what happens. */
  readonly workloads?: readonly WorkloadName[];
  /** Selects `appointments` and `booked_slots`. */
  readonly tallySql: string;
  readonly close: () => Promise<void>;
}

/** Runs an administrator's statement, and resolves with its rows. */
export type Query = (sql: string) => Promise<readonly Readonly<Record<string, unknown>>[]>;

/** A contender whose callers are in this process. */
export function inProcess(of: InProcess, query: Query, scale: Scale): Contender {
  const { turn, close } = workloadsOn(of.application, scale, of.following);
  return {
    name: of.name,
    workloads: of.workloads ?? (of.following === undefined ? aloneWorkloads : workloadNames),
    turn,
    tally: () => tallyOf(query, of.tallySql),
    close: async () => {
      await close();
      await of.close();
    },
  };
}

const aloneWorkloads = workloadNames.filter((name) => !(followingWorkloads as readonly WorkloadName[]).includes(name));

export async function tallyOf(query: Query, sql: string): Promise<Tally> {
  const [row] = await query(sql);
  return { appointments: Number(row?.appointments), bookedSlots: Number(row?.booked_slots) };
}
