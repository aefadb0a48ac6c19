import Database from "better-sqlite3";
import { type FaultReport, merged } from "../fault.ts";
import type { Amount } from "./fault.ts";
import { createFile, inFreshFolder, openAsHost } from "./file.ts";
import type { Flaw } from "./flaws.ts";
import { type CallersOnFile, failsOnly, runFileFault, saysOnly } from "./run.ts";

const rounds: Readonly<Record<Amount, number>> = { short: 1, long: 10 };

const mostIdle = 8;

const add = `create trigger refuse_some before insert on slotwright_appointments
  when substr(new.subject_id, -1) in ('1', '3', '5', '7', '9')
  begin select raise(abort, 'not this one'); end`;

/** A host has added a trigger that refuses some bookings. Only their callers get an error. */
export async function refuseByTrigger(seed: number, amount: Amount = "short", flaw?: Flaw): Promise<FaultReport> {
  const reports: FaultReport[] = [];
  // Some plays have no booking that the trigger refuses. They prove nothing, and further ones are played.
  const effective = () => reports.filter(({ tally }) => tally.faults > 0);
  for (let round = 0; effective().length < rounds[amount] && round < rounds[amount] + mostIdle; round++) {
    reports.push(await inFreshFolder(async (folder) => refuseIn(await createFile(folder), seed + round, flaw)));
  }
  return merged(reports);
}

function refuseIn(file: string, seed: number, flaw: Flaw | undefined): Promise<FaultReport> {
  const harm = async ({ begin }: CallersOnFile) => {
    const host = new Database(file);
    host.exec(add);
    await begin();
    host.exec("drop trigger refuse_some");
    host.close();
    return [];
  };
  const storages = [openAsHost(file, flaw).storage, openAsHost(file, flaw).storage];
  return runFileFault(
    {
      name: "trigger-refuses",
      file,
      storages,
      budgetMs: 10_000,
      harm,
      expects: (history, seen) =>
        seen.said.length === 0
          ? []
          : [...saysOnly(seen, "refused", /^SQLITE_CONSTRAINT_TRIGGER$/), ...failsOnly(history, "refused_by_database")],
    },
    seed,
  );
}
