import type { RecordKey, Transition } from "@slotwright/core/adapter";
import { jsonAdapter } from "../adapter.ts";
import { ownTransaction, type Steps, staleKeys } from "../commit.ts";
import type { MakeAdapter } from "../harness.ts";
import { lockRecords } from "../reads.ts";
import { lockNothing, readVersions, writeWithoutGuard } from "./check-then-write.ts";
import { forgivingJournal } from "./forgiving-journal.ts";

const isAppointment = ({ kind }: RecordKey) => kind === "appointment";

const lockAllButAppointments: Steps["lock"] = async (run, tables, { expect }) => {
  const keys = expect.map(({ key }) => key);
  const others = keys.filter((key) => !isAppointment(key));
  const { rows } = await lockRecords(run, tables, others);
  return staleKeys(expect, [...rows, ...(await readVersions(run, tables, keys.filter(isAppointment)))]);
};

const guardAllButAppointments: Steps["write"] = async (run, tables, transition) => {
  const only = (put: Transition["put"]) => ({ ...transition, put });
  await writeWithoutGuard(run, tables, only(transition.put.filter(isAppointment)));
  return ownTransaction.write(run, tables, only(transition.put.filter((record) => !isAppointment(record))));
};

/** Slots and schedules are guarded. Appointments are read, and then written on a path that forgot the guard. */
export const unguardedPath: MakeAdapter = (options) =>
  jsonAdapter({
    ...options,
    steps: {
      skip: lockNothing,
      lock: lockAllButAppointments,
      write: guardAllButAppointments,
      journal: forgivingJournal,
    },
  });
