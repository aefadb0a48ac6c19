import type { StorageAdapter } from "@slotwright/core";
import { type CommitOutcome, keyText, type Transition } from "@slotwright/core/adapter";
import { ofTransitions } from "./column-mutants.ts";
import { type Mutant, withCalls } from "./mutant.ts";

type Outcomes = readonly CommitOutcome[];

const ofOutcomes = (change: (outcomes: Outcomes, transitions: readonly Transition[]) => Outcomes) =>
  withCalls((storage) => ({
    commit: async (transitions, call) => change(await storage.commit(transitions, call), transitions),
  }));

const ofBatches = (change: (transitions: readonly Transition[]) => readonly Transition[]) =>
  withCalls((storage) => ({ commit: (transitions, call) => storage.commit(change(transitions), call) }));

/** Lower case, as a database with a case-insensitive collation finds it. */
const withoutCase = withCalls((storage) => ({
  load: async (keys, call) => {
    const exact = await storage.load(keys, call);
    const lower = await storage.load(
      keys.map(({ kind, id }) => ({ kind, id: id.toLowerCase() })),
      call,
    );
    return exact.map((record, index) => record ?? lower[index]);
  },
}));

export const commitMutants: readonly Mutant[] = [
  {
    key: "commit does not compare the versions of what is only expected",
    breakIt: ofTransitions((one) => {
      const put = new Set(one.put.map(keyText));
      return { ...one, expect: one.expect.filter(({ key }) => put.has(keyText(key))) };
    }),
  },
  {
    key: "commit does not compare the status that a slot is expected with",
    breakIt: ofTransitions((one) => ({ ...one, expect: one.expect.map(({ key, version }) => ({ key, version })) })),
  },
  {
    key: "commit does not compare the versions of new records",
    breakIt: withCalls((storage) => ({
      commit: async (transitions, call) => storage.commit(await renumbered(storage, transitions), call),
    })),
  },
  {
    key: "commit forgets the commands that took effect",
    breakIt: ofTransitions((one) => ({
      ...one,
      command: { ...one.command, id: `${one.command.id} ${Math.random()}` },
    })),
  },
  { key: "commit writes no journal", breakIt: ofTransitions((one) => ({ ...one, journal: [] })) },
  {
    key: "commit does not write agendas",
    breakIt: ofTransitions((one) => ({ ...one, put: one.put.filter(({ kind }) => kind !== "agenda") })),
  },
  {
    key: "commit keeps what rests on a transition that is not committed",
    breakIt: ofTransitions(({ restsOn: _, ...one }) => one),
  },
  {
    key: "commit keeps what rests on a transition that took effect before",
    breakIt: withCalls((storage) => ({
      commit: async (transitions, call) => storage.commit(await withoutReplayed(storage, transitions), call),
    })),
  },
  {
    key: "commit does not write the schedule of a slot that is made booked",
    breakIt: ofTransitions((one) => {
      const isMade = one.put.some((record) => record.kind === "slot" && record.version === 1 && record.appointmentId);
      if (!isMade) return one;
      const others = one.expect.filter(({ key }) => key.kind !== "schedule");
      return { ...one, put: one.put.filter(({ kind }) => kind !== "schedule"), expect: others };
    }),
  },
  {
    key: "commit loses the last entry of a transition",
    breakIt: ofTransitions((one) => ({ ...one, journal: one.journal.slice(0, -1) })),
  },
  {
    key: "commit loses the last record of a transition",
    breakIt: ofTransitions((one) => ({ ...one, put: one.put.slice(0, -1) })),
  },
  {
    key: "commit attributes the entries of a batch to its first command",
    breakIt: ofBatches((transitions) =>
      transitions.map((one) => ({
        ...one,
        journal: one.journal.map((entry) => ({ ...entry, commandId: transitions[0]?.command.id ?? "" })),
      })),
    ),
  },
  {
    key: "commit attributes the entries of a batch to its first actor",
    breakIt: ofBatches((transitions) => {
      const actor = transitions[0]?.journal[0]?.actor;
      return transitions.map((one) => ({
        ...one,
        journal: one.journal.map((entry) => ({ ...entry, actor: actor ?? entry.actor })),
      }));
    }),
  },
  {
    key: "commit stores the result of a batch's first command with all of them",
    breakIt: ofBatches((transitions) =>
      transitions.map((one) => ({
        ...one,
        command: { ...one.command, result: transitions[0]?.command.result },
      })),
    ),
  },
  {
    key: "commit writes nothing of a batch of which one is stale",
    breakIt: withCalls((storage) => ({
      commit: async (transitions, call) => {
        const stale = await staleAmong(storage, transitions);
        if (stale.length === 0 || transitions.length === 1) return storage.commit(transitions, call);
        return transitions.map(({ expect }) => ({ status: "stale", keys: expect.map(({ key }) => key) }));
      },
    })),
  },
  {
    key: "commit answers a batch in the reverse order",
    breakIt: ofOutcomes((outcomes) => outcomes.toReversed()),
  },
  {
    key: "commit says committed of what is stale",
    breakIt: ofOutcomes((outcomes) =>
      outcomes.map((one) => (one.status === "stale" ? { status: "committed" as const } : one)),
    ),
  },
  {
    key: "commit says committed of a replay",
    breakIt: ofOutcomes((outcomes) =>
      outcomes.map((one) => (one.status === "replayed" ? { status: "committed" as const } : one)),
    ),
  },
  {
    key: "commit names no keys that are stale",
    breakIt: ofOutcomes((outcomes) => outcomes.map((one) => (one.status === "stale" ? { ...one, keys: [] } : one))),
  },
  {
    key: "commit names all keys where one is stale",
    breakIt: ofOutcomes((outcomes, transitions) =>
      outcomes.map((one, index) =>
        one.status === "stale" ? { ...one, keys: (transitions[index]?.expect ?? []).map(({ key }) => key) } : one,
      ),
    ),
  },
  {
    key: "commit answers a replay with another request's hash",
    breakIt: ofOutcomes((outcomes, transitions) =>
      outcomes.map((one, index) =>
        one.status === "replayed" ? { ...one, requestHash: transitions[index]?.command.requestHash ?? "" } : one,
      ),
    ),
  },
  {
    key: "commit answers a replay with the new result",
    breakIt: ofOutcomes((outcomes, transitions) =>
      outcomes.map((one, index) =>
        one.status === "replayed" ? { ...one, result: transitions[index]?.command.result } : one,
      ),
    ),
  },
  { key: "load compares ids without regard to case", breakIt: withoutCase },
  {
    key: "load answers in the reverse order",
    breakIt: withCalls((storage) => ({
      load: async (keys, call) => (await storage.load(keys, call)).toReversed(),
    })),
  },
  {
    key: "load leaves out what does not exist",
    breakIt: withCalls((storage) => ({
      load: async (keys, call) => (await storage.load(keys, call)).filter((one) => one !== undefined),
    })),
  },
  {
    key: "storeSettings replaces what is stored",
    breakIt: withCalls((storage) => ({
      storeSettings: async (settings, call) => {
        await storage.storeSettings(settings, call);
        return settings;
      },
    })),
  },
  {
    key: "readSettings finds nothing",
    breakIt: withCalls(() => ({ readSettings: async () => undefined })),
  },
  {
    key: "readClock is an hour ahead",
    breakIt: withCalls((storage) => ({
      readClock: async (call) => new Date((await storage.readClock(call)).getTime() + 3_600_000),
    })),
  },
  { key: "within works outside of the transaction", breakIt: withCalls((storage) => ({ within: () => storage })) },
  {
    key: "begin commits where it is to roll back",
    breakIt: withCalls((storage) => ({
      begin: async (call) => {
        const open = await storage.begin(call);
        return { ...open, rollback: async () => void (await open.commit()) as undefined };
      },
    })),
  },
  {
    key: "begin rolls back where it is to commit",
    breakIt: withCalls((storage) => ({
      begin: async (call) => {
        const open = await storage.begin(call);
        return { ...open, commit: async () => void (await open.rollback()) };
      },
    })),
  },
];

async function renumbered(
  storage: StorageAdapter<never>,
  transitions: readonly Transition[],
): Promise<readonly Transition[]> {
  return Promise.all(
    transitions.map(async (one) => {
      const created = one.put.filter(({ version }) => version === 1);
      const stored = await storage.load(created.map(({ kind, id }) => ({ kind, id })));
      const versions = new Map(
        created.map((record, index) => [keyText(record), (stored[index] as { version?: number })?.version ?? 0]),
      );
      const versionOf = (key: Parameters<typeof keyText>[0]) => versions.get(keyText(key)) ?? 0;
      return {
        ...one,
        expect: one.expect.map((item) =>
          versions.has(keyText(item.key)) ? { ...item, version: versionOf(item.key) } : item,
        ),
        put: one.put.map((record) =>
          versions.has(keyText(record)) ? { ...record, version: versionOf(record) + 1 } : record,
        ),
      };
    }),
  );
}

async function staleAmong(
  storage: StorageAdapter<never>,
  transitions: readonly Transition[],
): Promise<readonly unknown[]> {
  const expected = transitions.flatMap(({ expect }) => expect).filter(({ key }) => key.kind !== "command");
  const stored = await storage.load(expected.map(({ key }) => key));
  return expected.filter(({ version }, index) => ((stored[index] as { version?: number })?.version ?? 0) !== version);
}

/** Nothing rests on a command that took effect before. */
async function withoutReplayed(
  storage: StorageAdapter<never>,
  transitions: readonly Transition[],
): Promise<readonly Transition[]> {
  const stored = await storage.load(transitions.map(({ command: { id } }) => ({ kind: "command", id }) as const));
  const earlier = new Set(stored.flatMap((record) => record?.id ?? []));
  return transitions.map((one) => ({ ...one, restsOn: (one.restsOn ?? []).filter((id) => !earlier.has(id)) }));
}
