import type { CommitOutcome, StorageAdapter, Transition } from "@slotwright/core/adapter";
import { jsonAdapter } from "../adapter.ts";
import { commitEach, ownTransaction, rememberedOutcome, type Steps } from "../commit.ts";
import { onPool } from "../connection.ts";
import type { MakeAdapter } from "../harness.ts";
import { tablesIn } from "../schema.ts";

type Options = Parameters<MakeAdapter>[0];

const withoutMemory: Steps["remember"] = async () => undefined;

/** Stores the command first, on another connection. If the transaction then fails, the key is taken. */
export const rememberedBefore: MakeAdapter = (options) => {
  const adapter = jsonAdapter({ ...options, steps: { remember: withoutMemory } });
  const tables = tablesIn(options.schema);
  return committing(options, async (one) => {
    const earlier = await onPool(options.pool, (run) => ownTransaction.remember(run, tables, one));
    return earlier ?? (await only(adapter, one));
  });
};

/** Stores the command afterwards. Until then, its repeat is told that others were faster. */
export const rememberedAfter: MakeAdapter = (options) => {
  const adapter = jsonAdapter({ ...options, steps: { remember: withoutMemory } });
  const tables = tablesIn(options.schema);
  return committing(options, async (one) => {
    const earlier = await onPool(options.pool, (run) => rememberedOutcome(run, tables.commands, one.command.id));
    const outcome = earlier ?? (await only(adapter, one));
    if (outcome.status === "committed") {
      await onPool(options.pool, (run) => ownTransaction.remember(run, tables, one));
    }
    return outcome;
  });
};

/** Within a host's transaction, this adapter is the sound one. */
function committing(options: Options, commitIt: (one: Transition) => Promise<CommitOutcome>) {
  return { ...jsonAdapter(options), commit: (transitions: readonly Transition[]) => commitEach(transitions, commitIt) };
}

async function only({ commit }: Pick<StorageAdapter, "commit">, one: Transition): Promise<CommitOutcome> {
  const [outcome] = await commit([one]);
  return outcome as CommitOutcome;
}
