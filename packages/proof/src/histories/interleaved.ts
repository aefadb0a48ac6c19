import {
  anyPlay,
  createTurns,
  failuresIn,
  optionsByTurns,
  type Play,
  perform,
  problemsOf,
  type Turns,
} from "@slotwright/conformance";
import type { StorageAdapter } from "@slotwright/core";
import type { DatabaseEngine, Gate } from "@slotwright/lab/engines";
import fc from "fast-check";
import { anyShifts, openRelayShifts, type Shift } from "./relay-shifts.ts";
import { addTo, countHistory, countingAdapter, emptyTally, type Tally } from "./tally.ts";

/** The steps before which a caller waits for its turn. */
export const levels = ["calls", "statements"] as const;
export type Level = (typeof levels)[number];

export interface InterleavedOptions {
  readonly level: Level;
  readonly histories: number;
  readonly seed: number;
  /** Plays one of them again, by the path that fast-check printed. */
  readonly path?: string;
  /** As in `createTurns`. Longer if a busy machine must not be mistaken for a lock. */
  readonly blockedAfterMs?: number;
  readonly onTally: (tally: Tally) => void;
  /** No further history begins once it is aborted. */
  readonly signal?: AbortSignal;
}

/** What is used of an engine. */
export type PlayableEngine = Pick<DatabaseEngine, "openStorage" | "openGated">;

/** What is wrong, and how to see it again. */
export interface Violation {
  readonly problems: readonly string[];
  readonly replay: string;
}

const connections = 3;

/**
 * Plays callers against each other on real connections, and two relays beside them, one step at a time in an order that
 * fast-check chooses. All plays share the database, each in a world of its own.
 */
export async function playInterleaved(
  engine: PlayableEngine,
  address: string,
  { level, histories, seed, path, blockedAfterMs, onTally, signal }: InterleavedOptions,
): Promise<Violation | undefined> {
  const stage = await openStage(engine, address, level, blockedAfterMs);
  let played = 0;
  const property = fc.asyncProperty(anyPlay, anyShifts, async (play, shifts) => {
    if (signal?.aborted) return;
    played += 1;
    const problems = await stage.problemsIn({ play, shifts }, `${level}${seed}-${played}`, onTally);
    if (problems.length > 0) throw new Error(problems.join("\n\n"));
  });
  try {
    const details = await fc.check(property, { numRuns: histories, seed, ...(path !== undefined && { path }) });
    if (!details.failed) return undefined;
    const { errorInstance, counterexamplePath } = details;
    const problems = [errorInstance instanceof Error ? errorInstance.message : String(errorInstance)];
    return { problems, replay: `--level ${level} --seed ${seed} --path ${counterexamplePath}` };
  } finally {
    await stage.close();
  }
}

/** What the callers do in one history, and the relays beside them. */
interface Script {
  readonly play: Play;
  readonly shifts: readonly (readonly Shift[])[];
}

/** Connections that all plays share, and the gate of the current play. */
async function openStage(engine: PlayableEngine, address: string, level: Level, blockedAfterMs?: number) {
  let turns: Turns | undefined;
  const gate: Gate = async () => turns?.next();
  const opened = Array.from({ length: connections }, () => engine.openGated[level](address, gate));
  const observer: StorageAdapter = engine.openStorage(address);
  // Connects now, because connecting takes longer than a step may before it is taken to wait for a lock.
  for (const { storage } of opened) await storage.load([{ kind: "slot", id: "none" }]);
  const relays = await openRelayShifts(
    opened.map(({ storage }) => storage),
    { name: `by turns at ${level}`, optionsNow: () => (turns === undefined ? {} : optionsByTurns(turns)) },
  );
  return {
    async problemsIn({ play, shifts }: Script, name: string, onTally: (tally: Tally) => void) {
      const ofPlay = createTurns({ choices: play.choices, ...(blockedAfterMs && { blockedAfterMs }) });
      turns = ofPlay;
      const tally = emptyTally();
      const storages = opened.map(({ storage }) => countingAdapter(storage, tally));
      const options = optionsByTurns(ofPlay);
      const stage = { storages, observer, name, options, inTransactions: true };
      const performance = await perform(play, stage, ({ participants }) =>
        ofPlay.run({ participants: [...participants, ...relays.participants(shifts)] }),
      );
      countHistory(tally, performance.history);
      const ofRelays = await relays.problemsOf(performance, observer);
      addTo(tally, { handedOver: relays.count() });
      onTally(tally);
      const failures = failuresIn(performance.history).map((call) => `A call failed: ${JSON.stringify(call)}`);
      return [...failures, ...(await problemsOf(performance, observer)), ...ofRelays];
    },
    close: async () => {
      await Promise.all([...opened, observer].map((one) => one.close()));
    },
  };
}
