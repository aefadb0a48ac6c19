import { z } from "zod";
import type { OverlapScope } from "../model/schedule.ts";
import type { Authorize, Policy } from "../rules/policy.ts";
import type { StorageAdapter } from "../storage/adapter.ts";
import { type Clock, systemClock } from "./clock.ts";
import { coalescingStorage } from "./coalesce.ts";
import type { EngineStorage } from "./engine-storage.ts";
import { createIdSource, newToken } from "./ids.ts";
import type { CoalesceOptions } from "./lanes.ts";
import { parse } from "./parse.ts";

/** How long, and how often, the engine tries again by itself. */
export interface RetryOptions {
  /** After this many milliseconds of a busy database a command gives up with `storage_busy`. Default 10 000. */
  readonly budgetMs: number;
  /** Longest pause between two attempts, in milliseconds; pauses are random. Default 50. */
  readonly maxPauseMs: number;
}

export interface EngineOptions<HostTransaction> {
  readonly storage: StorageAdapter<HostTransaction>;
  /**
   * Whether a schedule is a provider at one facility (`"facility"`, the default) or the provider everywhere. All engines
   * on one database must say the same: the schedules of one scope do not keep those of the other apart.
   */
  readonly overlapScope?: OverlapScope;
  /** The host's own rules, asked in this order after Slotwright's have agreed. */
  readonly policies?: readonly Policy[];
  /** Who may do what, in the host's view; asked first. By default everybody may do everything. */
  readonly authorize?: Authorize;
  readonly retry?: Partial<RetryOptions>;
  /** How commands of the same moment share round trips. */
  readonly coalesce?: Partial<CoalesceOptions>;
  readonly clock?: Clock;
  /** Makes the ids of records and commands; must never repeat. Default: UUIDv7. */
  readonly newId?: () => string;
  /** Makes the tokens of holds; must not be guessable. Default: 122 random bits. */
  readonly newToken?: () => string;
  /** A number in [0, 1) that spreads retries. Default: `Math.random`. */
  readonly random?: () => number;
}

/** The options with every default filled in. */
export interface EngineSettings {
  readonly storage: EngineStorage;
  /** Whether the host's transaction is around every call: then only the host can try again, from its BEGIN. */
  readonly isHostTransaction: boolean;
  readonly overlapScope: OverlapScope;
  readonly policies: readonly Policy[];
  readonly authorize: Authorize | undefined;
  readonly retry: RetryOptions;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly newToken: () => string;
  readonly random: () => number;
}

const count = z.int("must be a whole number").min(1, "must be at least 1");

const settableSchema = z.strictObject({
  overlapScope: z.enum(["facility", "provider"], 'must be "facility" or "provider"'),
  budgetMs: z.number("must be a number of milliseconds").min(0, "must not be negative"),
  maxPauseMs: z.number("must be a number of milliseconds").min(0, "must not be negative"),
  batchSize: count,
  lanes: count,
  queueLimit: count,
});

/** @throws BookingError `invalid_input` */
export function settingsOf<T>(options: EngineOptions<T>): EngineSettings {
  const { overlapScope = "facility", policies = [], authorize, clock = systemClock } = options;
  const { newId = createIdSource(), random = Math.random } = options;
  const { budgetMs = 10_000, maxPauseMs = 50 } = options.retry ?? {};
  const { batchSize = 32, lanes = 3, queueLimit = 10_000 } = options.coalesce ?? {};
  parse(settableSchema, { overlapScope, budgetMs, maxPauseMs, batchSize, lanes, queueLimit });
  return {
    storage: coalescingStorage(options.storage, { batchSize, lanes, queueLimit }),
    isHostTransaction: false,
    overlapScope,
    policies,
    authorize,
    clock,
    newId,
    newToken: options.newToken ?? newToken,
    random,
    retry: { budgetMs, maxPauseMs },
  };
}
