import { jsonAdapter } from "../adapter.ts";
import { ownTransaction, rememberedOutcome, type Steps } from "../commit.ts";
import type { MakeAdapter } from "../harness.ts";

const lookUp: Steps["remember"] = (run, { commands }, { command }) => rememberedOutcome(run, commands, command.id);

/**
 * "If another caller has stored the same key in the meantime, that is fine." But the error has failed the whole
 * transaction.
 */
const journalThenRemember: Steps["journal"] = async (run, tables, transition) => {
  const isNew = await ownTransaction.journal(run, tables, transition);
  const document = JSON.stringify({ kind: "command", ...transition.command });
  await run(`insert into ${tables.commands} (document) values ($1)`, [document]).catch(() => {});
  return isNew;
};

/** Swallows an error, and takes any answer to COMMIT for a commit. PostgreSQL answers ROLLBACK. */
export const ignoredCommitTag: MakeAdapter = (options) =>
  jsonAdapter({
    ...options,
    steps: { remember: lookUp, journal: journalThenRemember, commit: (run) => run("commit") },
  });
