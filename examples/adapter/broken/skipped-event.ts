import type { JournalEntry } from "@slotwright/core/adapter";
import { jsonAdapter } from "../adapter.ts";
import { ownTransaction, type Steps } from "../commit.ts";
import type { MakeAdapter } from "../harness.ts";

const isFreedSlot = ({ recordKind, command }: JournalEntry) => recordKind === "slot" && command === "cancel";

const journalMostChanges: Steps["journal"] = (run, tables, transition) =>
  ownTransaction.journal(run, tables, {
    ...transition,
    journal: transition.journal.filter((entry) => !isFreedSlot(entry)),
  });

/** Records that an appointment was cancelled, but not that its slot was freed with it. */
export const skippedEvent: MakeAdapter = (options) =>
  jsonAdapter({ ...options, steps: { journal: journalMostChanges } });
