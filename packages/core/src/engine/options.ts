import { z } from "zod";
import type { OverlapScope } from "../model/schedule.ts";
import type { Actor, IdempotencyScope } from "../model/values.ts";
import type { AudienceOf } from "../rules/audience.ts";
import type { Authorize } from "../rules/authorize.ts";
import type { Policy } from "../rules/policy.ts";
import type { CallOptions, StorageAdapter } from "../storage/adapter.ts";
import { harmless, type OnWarning } from "../warnings.ts";
import { type Agreement, createAgreement } from "./agreement.ts";
import { longestTimerMs } from "./bell.ts";
import { type Clock, steady, systemClock } from "./clock.ts";
import { watchClock } from "./clock-watch.ts";
import { coalescingStorage } from "./coalesce.ts";
import type { EngineStorage } from "./engine-storage.ts";
import { createFeedTail, type FeedTail } from "./feed/feed-tail.ts";
import { createIdSource, newToken } from "./ids.ts";
import type { CoalesceOptions } from "./lanes.ts";
import { outsideOfCallers } from "./outside-of-callers.ts";
import { isObject, parse } from "./parse.ts";
import { policiesOf, policiesSchema } from "./policy-options.ts";
import { createRecentSlots, type RecentSlots, type RememberOptions } from "./recent-slots.ts";
import { rememberingStorage } from "./remembering-storage.ts";
import { createScheduleZones, type ScheduleZones } from "./schedule-zones.ts";
import { type AgendaTurns, createAgendaTurns } from "./sight/agenda-turns.ts";
import { type Sights, sightsOf } from "./sight/sights.ts";
import { createSpread, type Finder } from "./spread.ts";
import { type NoteWrongAnswer, notingWrongAnswers, notingWrongAudiences } from "./wrong-answers.ts";

/** How long, and how often, the engine retries. */
export interface RetryOptions {
  /**
   * How long a command or a read retries while the database is busy, in milliseconds, before it gives up with
   * `storage_busy`. The wait for a connection of the pool counts. It ends with the budget, or after a second if the
   * budget is less. From 0. Default 10 000. More than 24 days, the longest that a timer can wait, counts as 24 days.
   */
  readonly budgetMs: number;
  /** The longest pause between two attempts, in milliseconds; pauses are random. From 0. Default 50. */
  readonly maxPauseMs: number;
}

/** What `createEngine` takes. */
export interface EngineOptions<HostTransaction, Opened = unknown> {
  /** Where everything is stored: what `postgresAdapter`, `mysqlAdapter`, `sqliteAdapter` or `memoryAdapter` returns. */
  readonly storage: StorageAdapter<HostTransaction, Opened>;
  /**
   * Whether a schedule is a provider at one facility (`"facility"`) or the provider everywhere (`"provider"`). All
   * engines on one database must use the same scope: schedules of different scopes do not exclude each other. The first
   * command stores the scope, and an engine of the other scope is refused with `settings_mismatch`. Default
   * `"facility"`.
   */
  readonly overlapScope?: OverlapScope;
  /**
   * Whose idempotency keys are told apart. With `"actor"`, two actors may send the same key: each has a command of
   * their own, so a repeat must come from the same actor. With `"host"`, a key that one actor has used is refused to
   * another with `idempotency_key_reused`. All engines on one database must use the same scope, as with `overlapScope`.
   * Default `"actor"`.
   */
  readonly idempotencyScope?: IdempotencyScope;
  /**
   * Your own rules, asked in this order once Slotwright's own rules agree. If one throws, the command changes nothing,
   * and rejects with the same error. Default `[]`.
   */
  readonly policies?: readonly Policy[];
  /**
   * Says of each actor whether they act for themselves (`"self_service"`), for others at the desk (`"staff"`), or as a
   * program (`"system"`). Policies with an `audience` hold for some of these. With this option, self-service cannot take
   * a time that has begun: `policies` has `notInThePast({ audience: ["self_service"] })` unless it has one of your own.
   * Default: none, and then no policy may have an `audience`.
   */
  readonly audienceOf?: AudienceOf;
  /**
   * Decides who may do and see what. It is asked about commands and `reconcile`, before anything is decided, and about
   * what an engine of `as(actor)` reads. Reads of the engine itself are your own, and it is not asked about them. If it
   * throws, the call changes nothing, and rejects with the same error. Default: everybody may do and see everything.
   */
  readonly authorize?: Authorize;
  /** How long the engine tries again by itself. Default `{ budgetMs: 10_000, maxPauseMs: 50 }`. */
  readonly retry?: Partial<RetryOptions>;
  /**
   * How commands of the same moment share round trips: the most in one batch (`batchSize`), the most batches at once
   * (`lanes`), and the most that may wait (`queueLimit`), each from 1. Default `{ batchSize: 32, lanes: 3, queueLimit:
   * 10_000 }`.
   */
  readonly coalesce?: Partial<CoalesceOptions>;
  /**
   * How many free slots the engine remembers, and for how many milliseconds, each from 0. Booking a remembered slot
   * needs no read. Default `{ slots: 10_000, forMs: 60_000 }`.
   */
  readonly remember?: Partial<RememberOptions>;
  /**
   * Called with what an operator should know even though every call is answered. Its errors are dropped. Default: none.
   */
  readonly onWarning?: OnWarning;
  /** Where time comes from. Pass your own to make tests repeatable. Default: `systemClock`. */
  readonly clock?: Clock;
  /** Makes the ids of records and commands, which must never repeat: 1 to 103 characters each. Default: UUIDv7. */
  readonly newId?: () => string;
  /**
   * Makes the tokens of holds, which must be impossible to guess: 1 to 128 characters each. Default: 122 random bits.
   */
  readonly newToken?: () => string;
  /** Returns a number from 0 to below 1, which spreads retries and callers. Default: `Math.random`. */
  readonly random?: () => number;
}

/** The options with every default filled in. */
export interface EngineSettings {
  readonly storage: EngineStorage;
  /** What is remembered of free slots. Undefined if nothing may be, and within a host's transaction. */
  readonly recentSlots: Pick<RecentSlots, "recall"> | undefined;
  /** In which zones the times of a refusal are shown. */
  readonly zones: ScheduleZones;
  /** How callers who want the same time each find a slot. */
  readonly spread: () => Finder;
  /** Whether a host's transaction is around every call. Only the host can then retry, from its BEGIN. */
  readonly isHostTransaction: boolean;
  readonly overlapScope: OverlapScope;
  readonly idempotencyScope: IdempotencyScope;
  readonly policies: readonly Policy[];
  /** What the policies see. Undefined if that is nothing. */
  readonly sights: Sights | undefined;
  /** Whether some policy counts what a holder holds. */
  readonly seesHolders: boolean;
  /** Undefined where commands go together, and share agendas. */
  readonly agendaTurns: AgendaTurns | undefined;
  readonly audienceOf: AudienceOf | undefined;
  readonly authorize: Authorize | undefined;
  /** Who reads and commands. Undefined for the host's own engine, where each command names its actor. */
  readonly actor: Actor | undefined;
  readonly retry: RetryOptions;
  readonly warn: OnWarning;
  readonly noteWrongAnswer: NoteWrongAnswer;
  readonly agreement: Agreement;
  /** Reads slots, and does not remember them: a million of them would push out the ones that are booked. */
  readonly findUnremembered: EngineStorage["findSlots"];
  /** The latest part of the feed, for those who follow it. */
  readonly feedTail: FeedTail;
  /** Called after each answer of the storage, outside of host transactions. */
  readonly noteAnswer: () => void;
  readonly clock: Clock;
  readonly newId: () => string;
  readonly newToken: () => string;
  readonly random: () => number;
}

const count = z.int("must be a whole number").min(1, "must be at least 1").optional();
const amount = z.int("must be a whole number").min(0, "must not be negative").optional();
const milliseconds = z.number("must be a number of milliseconds").min(0, "must not be negative").optional();
const functionSchema = z.custom((value) => typeof value === "function", "must be a function").optional();

/** A host's object, of which only this counts. It may have more, and may be an instance of a class. */
function having(methods: readonly string[], problem: string) {
  return z.custom((value) => isObject(value) && methods.every((name) => typeof value[name] === "function"), problem);
}

const calledOfStorage = [
  "load",
  "loadAround",
  "findSlots",
  "findOpen",
  "findAppointments",
  "readJournals",
  "readFeed",
  "commit",
  "readSettings",
  "storeSettings",
  "readRelay",
  "storeRelay",
  "readClock",
  "within",
  "begin",
];

const storageSchema = having(
  calledOfStorage,
  "must be a storage adapter, such as what postgresAdapter(…), mysqlAdapter(…) or sqliteAdapter(…) returns",
).superRefine((storage, { addIssue }) => {
  const { contract } = storage as Partial<StorageAdapter>;
  if (contract === knownContract) return;
  const message = `is ${contract}, and this version of @slotwright/core needs ${knownContract}: update the adapter or @slotwright/core, so that both are of one release`;
  addIssue({ code: "custom", path: ["contract"], message });
});

const knownContract: StorageAdapter["contract"] = 1;

const optionsSchema = z.strictObject(
  {
    storage: storageSchema,
    overlapScope: z.enum(["facility", "provider"], 'must be "facility" or "provider"').optional(),
    idempotencyScope: z.enum(["actor", "host"], 'must be "actor" or "host"').optional(),
    policies: policiesSchema.optional(),
    audienceOf: functionSchema,
    authorize: functionSchema,
    retry: z
      .strictObject(
        { budgetMs: milliseconds, maxPauseMs: milliseconds },
        "must be an object, such as { budgetMs: 5000 }",
      )
      .optional(),
    coalesce: z
      .strictObject(
        { batchSize: count, lanes: count, queueLimit: count },
        "must be an object, such as { batchSize: 16 }",
      )
      .optional(),
    remember: z
      .strictObject({ slots: amount, forMs: milliseconds }, "must be an object, such as { slots: 1000 }")
      .optional(),
    onWarning: functionSchema,
    clock: having(["now", "sleep"], "must be an object with now() and sleep(ms)").optional(),
    newId: functionSchema,
    newToken: functionSchema,
    random: functionSchema,
  },
  "must be an object with a storage",
);

/** Runs in the caller's own context, where nothing is sent together. */
export const asCalled = <Result>(work: () => Result): Result => work();

/** For calls that nobody awaits: a pool without a free connection serves others first. */
const inBackground: CallOptions = { connectWithinMs: 1_000 };

/** @throws BookingError `invalid_input` */
export function settingsOf<HostTransaction, Opened>(options: EngineOptions<HostTransaction, Opened>): EngineSettings {
  // Validates only: the host's own objects are used.
  parse(optionsSchema, options);
  const { storage: given, overlapScope = "facility", idempotencyScope = "actor", authorize } = options;
  const clock = options.clock === undefined ? systemClock : steady(options.clock);
  const { newId = createIdSource(), random = Math.random } = options;
  const { budgetMs: longest = 10_000, maxPauseMs = 50 } = options.retry ?? {};
  const budgetMs = Math.min(longest, longestTimerMs);
  const { batchSize = 32, lanes = 3, queueLimit = 10_000 } = options.coalesce ?? {};
  const { slots = 10_000, forMs = 60_000 } = options.remember ?? {};
  const policies = policiesOf(options);
  const warn = harmless(options.onWarning);
  const audienceOf = options.audienceOf && notingWrongAudiences(options.audienceOf, warn, clock);
  const call = { connectWithinMs: budgetMs, onWarning: warn };
  const coalescing = coalescingStorage(given, { batchSize, lanes, queueLimit }, call);
  const recentSlots = slots === 0 ? undefined : createRecentSlots({ slots, forMs });
  const storage = recentSlots === undefined ? coalescing : rememberingStorage(coalescing, recentSlots, clock);
  const runShared = batchSize === 1 ? asCalled : outsideOfCallers;
  // A host's clock is the host's own concern, and a warning without a listener is not worth a query.
  const isWatched = options.clock === undefined && options.onWarning !== undefined;
  return {
    storage,
    recentSlots,
    zones: createScheduleZones(storage, runShared),
    spread: createSpread({ storage, random, runShared }),
    isHostTransaction: false,
    overlapScope,
    idempotencyScope,
    policies,
    sights: sightsOf(policies, audienceOf),
    seesHolders: policies.some(({ sees }) => sees?.holder === true),
    agendaTurns: batchSize === 1 ? createAgendaTurns() : undefined,
    audienceOf,
    authorize,
    actor: undefined,
    warn,
    noteWrongAnswer: notingWrongAnswers(warn, clock),
    findUnremembered: coalescing.findSlots,
    feedTail: createFeedTail((query) => given.readFeed(query, inBackground)),
    agreement: createAgreement({ overlapScope, idempotencyScope }, () => given.readSettings(inBackground), runShared),
    noteAnswer: isWatched
      ? watchClock({ clock, readClock: () => outsideOfCallers(() => given.readClock(inBackground)), warn })
      : () => {},
    clock,
    newId,
    newToken: options.newToken ?? newToken,
    random,
    retry: { budgetMs, maxPauseMs },
  };
}
