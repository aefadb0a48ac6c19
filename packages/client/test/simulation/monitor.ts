import type { Engine } from "@slotwright/core";
import type { Outcome, PendingCommand, ShownRecord } from "../../src/index.ts";

/** Looks over the shoulder of a person, and knows what the server did. */
export interface Monitor {
  readonly given: (tag: string) => void;
  /** A person has given a command up, and these are still under way. */
  readonly takenBack: (key: string, pending: readonly PendingCommand[]) => void;
  /** A command was sent. */
  readonly sent: (key: string) => void;
  /** The server did a command. */
  readonly effect: (key: string, answer: object) => void;
  /** Somebody is told. A page that was left may not have got round to forgetting what it gave up. */
  readonly outcome: (outcome: Outcome, isOpen: boolean) => void;
  /** These slots were withdrawn: they go from the screen, and do not come back. */
  readonly withdrawn: (slotIds: readonly string[]) => void;
  /** What is shown now. @throws Error */
  readonly look: (records: readonly ShownRecord[]) => void;
  /** The server has lost commits: what was seen of them may go back once. */
  readonly lost: () => void;
  /** Another page: what the first one has shown does not bind it. */
  readonly reloaded: () => void;
  /** @throws Error */
  readonly compare: (engine: Engine) => Promise<void>;
}

interface Versioned {
  readonly kind: string;
  readonly id: string;
  readonly version: number;
}

export function createMonitor(): Monitor {
  /** The highest version of each record that was seen, and that an answer has told the person of. */
  const seen = new Map<string, number>();
  const told = new Map<string, number>();
  const given = new Set<string>();
  const settledTags = new Map<string, "done" | "refused" | "given up">();
  const givenUp = new Set<string>();
  const effects = new Map<string, readonly Versioned[]>();
  const problems: string[] = [];
  const withdrawn = new Set<string>();
  /** Withdrawn slots that the screen has let go. */
  const left = new Set<string>();
  /** The records that have gone back since commits were lost: each of them may once, when the page learns of it. */
  const goneBackSince = new Set<string>();
  let hasLost = false;

  function problem(text: string): void {
    if (problems.length < 3) problems.push(text);
  }

  function goneBack(id: string, record: ShownRecord | undefined): string | undefined {
    const [before, answered] = [seen.get(id) ?? 0, told.get(id) ?? 0];
    if (record === undefined && before > 0) return `${id} was seen in version ${before} and is gone`;
    const now = record?.version ?? 0;
    if (now < before) return `${id} went back from ${before} to ${now}`;
    // What a command creates may come later, if the feed begins anew meanwhile.
    const isBehind = seen.has(id) && now < answered && record?.isPending !== true;
    return isBehind ? `${id} is shown in version ${now}, and an answer had ${answered}` : undefined;
  }

  /** Whether a slot has gone because it was withdrawn. */
  function hasLeft(id: string, record: ShownRecord | undefined): boolean {
    if (record !== undefined || !withdrawn.has(id)) return false;
    left.add(id);
    seen.delete(id);
    told.delete(id);
    return true;
  }

  return {
    given: (tag) => given.add(tag),
    takenBack(key, pending) {
      if (pending.some((command) => command.key === key)) problem(`${key} is pending and was given up`);
    },
    sent(key) {
      if (givenUp.has(key)) problem(`${key} was sent after it was given up`);
    },
    effect(key, answer) {
      effects.set(key, recordsIn(answer));
    },
    outcome(outcome, isOpen) {
      const tag = String(outcome.command.input.reason);
      const isGivenUp = "error" in outcome && outcome.error.code === "not_sent";
      if (isGivenUp && isOpen) givenUp.add(outcome.command.key);
      settledTags.set(tag, "answer" in outcome ? "done" : isGivenUp ? "given up" : "refused");
      if (!("answer" in outcome)) return;
      for (const { id, version } of effects.get(outcome.command.key) ?? []) {
        told.set(id, Math.max(version, told.get(id) ?? 0));
      }
    },
    withdrawn(slotIds) {
      for (const id of slotIds) withdrawn.add(id);
    },
    look(records) {
      const shown = new Map(records.map((record) => [record.id, record]));
      for (const id of left) if (shown.has(id)) problem(`${id} was withdrawn, and came back`);
      for (const id of seen.keys()) {
        if (hasLeft(id, shown.get(id))) continue;
        const back = goneBack(id, shown.get(id));
        if (back === undefined) continue;
        if (!hasLost || goneBackSince.has(id)) problem(back);
        goneBackSince.add(id);
        seen.delete(id);
        told.delete(id);
      }
      for (const { id, version } of records) seen.set(id, Math.max(version, seen.get(id) ?? 0));
    },
    lost() {
      hasLost = true;
      goneBackSince.clear();
      left.clear();
      told.clear();
      // What was done before is gone, so its answers say nothing.
      effects.clear();
    },
    reloaded() {
      left.clear();
      seen.clear();
      told.clear();
    },
    async compare(engine) {
      const page = await engine.changes({ limit: 500 });
      for (const tag of given) {
        const ids = new Set(page.entries.filter(({ reason }) => reason === tag).map(({ commandId }) => commandId));
        const outcome = settledTags.get(tag);
        if (ids.size > 1) problem(`${tag} took effect ${ids.size} times`);
        if (outcome === undefined) problem(`nobody was told what became of ${tag}`);
        // A state of before the loss may lack what was answered.
        if (hasLost) continue;
        if (outcome === "done" && ids.size === 0) problem(`${tag} was answered and did not take effect`);
        if (outcome === "refused" && ids.size > 0) problem(`${tag} was refused and took effect`);
      }
      if (problems.length > 0) throw new Error(problems.join("\n"));
    },
  };
}

function recordsIn(answer: object): readonly Versioned[] {
  return Object.values(answer)
    .flat()
    .filter((value): value is Versioned => value?.kind === "slot" || value?.kind === "appointment");
}
