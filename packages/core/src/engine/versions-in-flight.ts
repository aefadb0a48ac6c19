import type { Agenda } from "../model/agenda.ts";
import { keyText, type RecordKey } from "../model/record.ts";
import type { Decided } from "../rules/decision.ts";
import type { CommitOutcome } from "../storage/adapter.ts";
import { type AfterOthers, createAgendaSteps } from "./sight/agenda-steps.ts";

/** What a commit rests on and writes. */
export interface CommitOfVersions {
  readonly decided: Pick<Decided<object>, "expect" | "put">;
  /** The keys, as texts, of its command and of all records that it rests on or writes. */
  readonly keys: readonly string[];
  /** The agendas among these, at the versions on which it rests. */
  readonly agendas: readonly Agenda[];
}

/** Which records the engine's own commits are writing, and what answered commits tell about waiting ones. */
export interface VersionsInFlight {
  readonly begin: (batch: readonly CommitOfVersions[]) => void;
  readonly end: (batch: readonly CommitOfVersions[]) => void;
  readonly isUnderWay: (key: string) => boolean;
  /** Notes what was written, and what others have written or locked. */
  readonly note: (commit: CommitOfVersions, outcome: CommitOutcome | undefined) => void;
  /** Drops what was noted, once the waiting commits have heard of it. What was left at agendas is kept for late ones. */
  readonly dropNotes: () => void;
  /** After a failure, another database may have taken the place of the one that was written to. */
  readonly forgetAgendas: () => void;
  /** The agendas after what the engine's own commits have done there since these were read, and what they have left. */
  readonly afterOurs: (agendas: readonly Agenda[], readFrom: number) => AfterOthers;
  /**
   * What the database would answer a waiting commit, as far as it is noted. A commit with an overtaken version has
   * lost. One that wants a locked row would find it locked.
   * @param agendas The versions of its agendas from which it can go on.
   */
  readonly outcomeOf: (commit: CommitOfVersions, agendas: readonly Agenda[]) => CommitOutcome | undefined;
}

export function createVersionsInFlight(): VersionsInFlight {
  const underWay = new Set<string>();
  const overtaken = new Map<string, number>();
  const locked = new Set<string>();
  const steps = createAgendaSteps();

  function noteStale({ expect }: CommitOfVersions["decided"], keys: readonly RecordKey[]): void {
    const stale = new Set(keys.map(keyText));
    for (const { key, version } of expect) if (stale.has(keyText(key))) overtaken.set(keyText(key), version + 1);
  }

  function noteCommitted({ put }: CommitOfVersions["decided"]): void {
    for (const record of put) overtaken.set(keyText(record), record.version);
    steps.note(put, performance.now());
  }

  return {
    begin(batch) {
      for (const { keys } of batch) for (const key of keys) underWay.add(key);
    },
    end(batch) {
      for (const { keys } of batch) for (const key of keys) underWay.delete(key);
    },
    isUnderWay: (key) => underWay.has(key),
    note({ decided }, outcome) {
      if (outcome?.status === "committed") noteCommitted(decided);
      if (outcome?.status === "busy") for (const key of outcome.keys) locked.add(keyText(key));
      if (outcome?.status === "stale") noteStale(decided, outcome.keys);
    },
    dropNotes() {
      overtaken.clear();
      locked.clear();
    },
    forgetAgendas: steps.forget,
    afterOurs: steps.from,
    outcomeOf({ decided: { expect }, keys }, agendas) {
      // Runs for each waiting commit, and few of them are affected.
      if (!keys.some((key) => overtaken.has(key) || locked.has(key))) return undefined;
      const reached = new Map(agendas.map((agenda) => [keyText(agenda), agenda.version]));
      const stale = expect.filter(({ key, version }) => {
        const text = keyText(key);
        return (reached.get(text) ?? version) < (overtaken.get(text) ?? 0);
      });
      if (stale.length > 0) return { status: "stale", keys: stale.map(({ key }) => key) };
      const busy = expect.filter(({ key }) => locked.has(keyText(key)));
      return busy.length > 0 ? { status: "busy", keys: busy.map(({ key }) => key) } : undefined;
    },
  };
}
