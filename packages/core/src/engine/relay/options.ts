import { z } from "zod";
import { signalSchema } from "../../model/abort-signal.ts";
import { saying } from "../../model/input-issue.ts";
import { type JournalEntry, type JournaledKind, journaledKinds } from "../../model/journal.ts";
import type { PollInput } from "../../model/read-inputs.ts";
import { idSchema } from "../../model/values.ts";
import { wholeNumber } from "../../model/whole-number.ts";
import type { Engine } from "../api/engines.ts";
import { settingsOfEngine } from "../engine-settings.ts";

/** What the host's function receives beside the entry. */
export interface Handover {
  /**
   * The fencing token: a number that grows whenever the relay moves to another process. Where two processes may write to
   * the same place, let that place refuse a lower number than it has seen.
   */
  readonly token: number;
  /** Aborted when the function has taken too long, or the process has lost the lease. The answer then counts no more. */
  readonly signal: AbortSignal;
  /** 1, and one more each time that this entry is handed over again after it has failed. */
  readonly attempt: number;
}

/**
 * The host's function. The entry counts as handed over when the promise resolves. It is handed over again if the promise
 * rejects, if it does not settle in time, and after a crash, so the function must bear repeats.
 */
export type HandleEntry = (entry: JournalEntry, handover: Handover) => Promise<unknown>;

/** What `createRelay` takes. */
export interface RelayOptions extends PollInput {
  /** What `createEngine` returned. */
  readonly engine: Engine;
  /**
   * Tells relays apart: 1 to 128 characters. Each has a place of its own in the feed. Processes with the same name take
   * turns.
   */
  readonly name: string;
  /** Receives each entry. */
  readonly handle: HandleEntry;
  /**
   * Where the relay begins when it runs for the very first time: with the first entry of the journal, or with what
   * happens from then on. Later runs go on from the stored place. Default `"end"`.
   */
  readonly from?: "beginning" | "end" | undefined;
  /**
   * How long the others wait for a process that has died before one of them takes over, in seconds: 1 to 3600. Default
   * 30.
   */
  readonly leaseSeconds?: number | undefined;
  /** How long the function may take for one entry, in seconds: 0.1 to 3600. Default 60. */
  readonly handlerTimeoutSeconds?: number | undefined;
  /** How many records are handed over at the same time: 1 to 100. Half as many are retried beside them. Default 8. */
  readonly concurrency?: number | undefined;
  /** How many records may be parked before the relay stops: 1 to 1000. Default 100. */
  readonly parkedLimit?: number | undefined;
}

/** What `run` takes. */
export interface RunRelayInput {
  /** Ends the run. What is being handled is waited for. Default: it runs for ever. */
  readonly signal?: AbortSignal | undefined;
}

/** What `release` takes. */
export interface ReleaseRecordInput {
  /** The kind of the parked record. */
  readonly recordKind: JournaledKind;
  /** The id of the parked record: 1 to 128 characters. */
  readonly recordId: string;
  /** Whether to give up the entries up to the `lastVersion` that is stored, rather than to retry them. Default `false`. */
  readonly skip?: boolean | undefined;
}

const notAnEngine = "must be an engine that createEngine returned, of the same copy of @slotwright/core";

const seconds = (least: number) =>
  z.number("must be a number of seconds").min(least, `must be at least ${least}`).max(3_600, "must be at most 3600");

export const relaySchema = z.strictObject(
  {
    engine: z
      .custom<Engine>((engine) => settingsOfEngine(engine) !== undefined, saying(notAnEngine, "wrong_type"))
      .refine(
        (engine) => settingsOfEngine(engine)?.actor === undefined,
        "must be the engine itself: that of an actor may not see all entries",
      ),
    name: idSchema,
    handle: z.custom<HandleEntry>((value) => typeof value === "function", saying("must be a function", "wrong_type")),
    from: z.enum(["beginning", "end"], 'must be "beginning" or "end"').default("end"),
    leaseSeconds: seconds(1).default(30),
    handlerTimeoutSeconds: seconds(0.1).default(60),
    concurrency: wholeNumber(1, 100).default(8),
    parkedLimit: wholeNumber(1, 1_000).default(100),
    pollMs: wholeNumber(10, 3_600_000).default(1_000),
  },
  "must be an object with an engine, a name and a function handle",
);

export const runSchema = z.strictObject({ signal: signalSchema.optional() });

export const releaseSchema = z.strictObject({
  recordKind: z.enum(journaledKinds, `must be one of ${journaledKinds.join(", ")}`),
  recordId: idSchema,
  skip: z.boolean("must be true or false").default(false),
});

/** The options with every default filled in. */
export type RelayPlan = Readonly<z.output<typeof relaySchema>>;
