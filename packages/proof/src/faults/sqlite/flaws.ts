import type { SqliteDatabase } from "@slotwright/adapter-sqlite";
import { runsOf } from "./statements.ts";

/** Ways in which an adapter could be broken. They prove that the faults would find it. */
export type Flaw = "commits-in-two" | "hides-errors";

/** The host's database, spoiled: what works on it is broken. */
export function flawed(database: SqliteDatabase, flaw: Flaw | undefined): SqliteDatabase {
  switch (flaw) {
    case undefined:
      return database;
    case "commits-in-two":
      return runsOf(database, (sql, run) => {
        const result = run();
        if (/^insert into "?\w*journal/i.test(sql)) database.exec("commit; begin immediate");
        return result;
      });
    case "hides-errors":
      return runsOf(database, (_, run) => {
        try {
          return run();
        } catch {
          return { changes: 1 };
        }
      });
  }
}
