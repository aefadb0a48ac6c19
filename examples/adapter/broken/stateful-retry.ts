import { type CommitOutcome, StorageError, type Transition } from "@slotwright/core/adapter";
import type { Pool } from "pg";
import { jsonAdapter } from "../adapter.ts";
import { attempt, commitEach, ownTransaction } from "../commit.ts";
import { onPool } from "../connection.ts";
import type { MakeAdapter } from "../harness.ts";
import { type TableNames, tablesIn } from "../schema.ts";

/** Trusts SERIALIZABLE, and repeats what it makes fail. But the outcome of the first attempt survives its rollback. */
export const statefulRetry: MakeAdapter = (options) => ({
  ...jsonAdapter(options),
  commit: (transitions) =>
    commitEach(transitions, (one) => commitWithRetries(options.pool, tablesIn(options.schema), one)),
});

async function commitWithRetries(pool: Pool, tables: TableNames, transition: Transition): Promise<CommitOutcome> {
  let outcome: CommitOutcome | undefined;
  for (;;) {
    try {
      return await onPool(pool, async (run) => {
        await run("begin isolation level serializable");
        outcome ??= await attempt(ownTransaction, run, tables, transition);
        await (outcome.status === "committed" ? ownTransaction.commit(run) : ownTransaction.rollback(run));
        return outcome;
      });
    } catch (error) {
      if (!(error instanceof StorageError) || error.failure !== "transient") throw error;
    }
  }
}
