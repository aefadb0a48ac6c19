import { keyText } from "../model/record.ts";
import type { Decided } from "../rules/decision.ts";
import type { CommitOutcome } from "../storage/adapter.ts";

/** What a commit rests on and writes. */
export interface CommitOfVersions {
  readonly decided: Pick<Decided<object>, "expect" | "put">;
  /** The keys, as texts, of its command and of all records that it rests on or writes. */
  readonly keys: readonly string[];
}

/** Which records the engine's own commits are writing, and what answered commits tell about waiting ones. */
export interface VersionsInFlight {
  readonly begin: (batch: readonly CommitOfVersions[]) => void;
  readonly end: (batch: readonly CommitOfVersions[]) => void;
  readonly isUnderWay: (key: string) => boolean;
  /** Notes what was written, and what others have written or locked. */
  readonly note: (commit: CommitOfVersions, outcome: CommitOutcome | undefined) => void;
  /** Drops what was noted, once the waiting commits have heard of it. */
  readonly dropNotes: () => void;
  /**
   * What the database would answer a waiting commit, as far as it is noted. A commit with an overtaken version has
   * lost. One that wants a locked row would find it locked.
   */
  readonly outcomeOf: (commit: CommitOfVersions) => CommitOutcome | undefined;
}

export function createVersionsInFlight(): VersionsInFlight {
  const underWay = new Set<string>();
  const overtaken = new Map<string, number>();
  const locked = new Set<string>();

  function noteOvertaken({ expect }: Pick<Decided<object>, "expect">, stale: ReadonlySet<string>): void {
    for (const { key, version } of expect) if (stale.has(keyText(key))) overtaken.set(keyText(key), version + 1);
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
      if (outcome?.status === "committed")
        for (const record of decided.put) overtaken.set(keyText(record), record.version);
      if (outcome?.status === "busy") for (const key of outcome.keys) locked.add(keyText(key));
      if (outcome?.status === "stale") noteOvertaken(decided, new Set(outcome.keys.map(keyText)));
    },
    dropNotes() {
      overtaken.clear();
      locked.clear();
    },
    outcomeOf({ decided: { expect }, keys }) {
      // Runs for each waiting commit, and few of them are affected.
      if (!keys.some((key) => overtaken.has(key) || locked.has(key))) return undefined;
      const stale = expect.filter(({ key, version }) => version < (overtaken.get(keyText(key)) ?? 0));
      if (stale.length > 0) return { status: "stale", keys: stale.map(({ key }) => key) };
      const busy = expect.filter(({ key }) => locked.has(keyText(key)));
      return busy.length > 0 ? { status: "busy", keys: busy.map(({ key }) => key) } : undefined;
    },
  };
}
