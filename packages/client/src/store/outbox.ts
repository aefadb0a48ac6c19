import type { HostCommandName } from "@slotwright/core/client";
import { isRequestError, notSent, type RequestError, takenBack } from "../calls/request-error.ts";
import { type Fields, keyIn } from "../calls/routes.ts";
import type { Send } from "../calls/send.ts";
import type { KeyValueStore } from "../keys/key-value-store.ts";
import type { Pauses } from "../tasks/pauses.ts";
import { slotsAskedFor } from "./effect-parts.ts";
import { keysOf, namedSlots, type PendingCommand, parsePending, pendingText } from "./pending.ts";
import { appointmentKey, type ClientRecord, keyOf } from "./records.ts";
import type { Store } from "./store.ts";

/** What became of a command: also of one that an earlier page has sent, whose caller is gone. */
export type Outcome =
  | { readonly command: PendingCommand; readonly answer: Fields }
  | { readonly command: PendingCommand; readonly error: RequestError };

export interface OutboxOptions {
  readonly store: Store;
  readonly send: Send;
  readonly keys: KeyValueStore;
  /** What the kept commands of this server and owner begin with. */
  readonly prefix: string;
  readonly pauses: Pauses;
  readonly now: () => number;
  readonly newId: () => string;
  /** Reads records and gives them to the store. */
  readonly reread: (keys: readonly ReturnType<typeof keyOf>[]) => Promise<unknown>;
  readonly onOutcome: (outcome: Outcome) => void;
  /** How long after it was given a command that was kept is still sent, in milliseconds. */
  readonly resendForMs: number;
}

/**
 * Sends commands, each with one key until it is answered, and shows them in the store meanwhile. First of all those that
 * an earlier page has left.
 */
export interface Outbox {
  /** Rejects with a RangeError if it cannot be sent: then it is not kept. */
  readonly give: (name: HostCommandName, input: Fields) => Promise<Fields>;
  /** Takes one back that has no answer. False if there is none of this key. */
  readonly giveUp: (key: string) => boolean;
  readonly close: () => void;
}

/** A command on its way. What is decided first counts: an answer, or that it is given up. */
interface Course {
  readonly command: PendingCommand;
  /** An earlier page has kept it, and may have sent it. */
  readonly isKept: boolean;
  readonly stop: AbortController;
  giveUp: (outcome: Outcome) => void;
  isDecided: boolean;
  /** Resolves when everything about it is over. */
  done?: Promise<unknown>;
}

export function createOutbox(options: OutboxOptions): Outbox {
  const { store, keys, prefix, onOutcome } = options;
  const underWay = new Set<Course>();
  let isClosed = false;
  let latest = 0;
  const takenUp = takeUp();

  /** Waits for earlier commands about the same records: their order is part of what was meant. */
  async function turnOf(command: PendingCommand): Promise<void> {
    await takenUp;
    const own = keysOf(command);
    const before = [...underWay].filter(
      (other) => other.command.order < command.order && keysOf(other.command).some((key) => own.includes(key)),
    );
    await Promise.all(before.map(({ done }) => done));
  }

  async function run(course: Course, turn: Promise<void>): Promise<Fields> {
    const { command } = course;
    const givenUp = new Promise<Outcome>((resolve) => {
      course.giveUp = resolve;
    });
    // Kept before it is sent: after a reload in between, a second click would be a second command. What an earlier page
    // has kept may have another order now.
    await keys.set(prefix + command.key, pendingText(command)).catch(() => {});
    const answered = turn.then(() => sendUntilAnswered(course, options));
    const outcome = await Promise.race([givenUp, answered]);
    if (!outcome) return new Promise(() => {});
    await keys.delete(prefix + command.key).catch(() => {});
    onOutcome(outcome);
    if ("error" in outcome) throw outcome.error;
    return outcome.answer;
  }

  function start(command: PendingCommand, isKept: boolean): Promise<Fields> {
    const course: Course = { command, isKept, stop: new AbortController(), giveUp() {}, isDecided: false };
    if (isClosed) course.stop.abort();
    const running = run(course, turnOf(command));
    course.done = running.catch(() => {}).then(() => underWay.delete(course));
    underWay.add(course);
    store.add(command);
    return running;
  }

  function giveUp(course: Course): void {
    const { command } = course;
    course.isDecided = true;
    const error = store.pending().find(({ key }) => key === command.key)?.error ?? null;
    course.giveUp({ command, error: takenBack(error) });
    course.stop.abort();
    store.refuse(command, undefined);
    void options.reread(keysOf(command));
  }

  return {
    async give(name, input) {
      latest = Math.max(options.now(), latest + 1);
      return start(commandOf(name, input, latest, options), false);
    },
    giveUp(key) {
      if (isClosed) return false;
      const found = [...underWay].filter(({ command, isDecided }) => command.key === key && !isDecided);
      for (const course of found) giveUp(course);
      return found.length > 0;
    },
    close() {
      isClosed = true;
      for (const { stop } of underWay) stop.abort();
    },
  };

  async function takeUp(): Promise<void> {
    const kept = await keys.entries(prefix).catch(() => []);
    if (isClosed) return;
    const given = [...underWay].map(({ command }) => command);
    // What was given to this page meanwhile comes after it, also if the clock was set back.
    let next = Math.min(...given.map(({ order }) => order));
    const commands = kept
      .flatMap(([, text]) => parsePending(text) ?? [])
      .filter(({ key }) => given.every((other) => other.key !== key))
      .sort((a, b) => b.order - a.order)
      .map((command) => {
        next = Math.min(command.order, next - 1);
        latest = Math.max(latest, next);
        return { ...command, order: next };
      });
    for (const command of commands.reverse()) {
      if (options.now() - command.at > options.resendForMs) void forget(command);
      else start(command, true).catch(() => {});
    }
  }

  /** Nobody expects it any more. Whether an attempt has reached the server is not known. */
  async function forget(command: PendingCommand): Promise<void> {
    await keys.delete(prefix + command.key).catch(() => {});
    onOutcome({ command, error: notSent() });
  }
}

/** The command as it is sent in every attempt, with the slots that it will concern. @throws RangeError */
function commandOf(name: HostCommandName, given: Fields, order: number, options: OutboxOptions): PendingCommand {
  const { store, newId } = options;
  const { idempotencyKey, ...rest } = JSON.parse(JSON.stringify(given)) as Fields;
  const key = typeof idempotencyKey === "string" ? keyIn(idempotencyKey) : newId();
  const input = name === "book" || name === "request" ? { appointmentId: newId(), ...rest } : rest;
  const { appointmentId } = input as { readonly appointmentId?: string };
  const known = appointmentId ? store.shown().get(appointmentKey(appointmentId)) : undefined;
  const owned = known?.kind === "appointment" ? [...known.slotIds, ...slotsAskedFor(known)] : [];
  return { key, name, input, slotIds: [...new Set([...namedSlots(input), ...owned])], at: options.now(), order };
}

/** Undefined if the client was closed, or the command was given up, before there was an answer. */
async function sendUntilAnswered(course: Course, options: OutboxOptions): Promise<Outcome | undefined> {
  const { store, send, pauses, now } = options;
  const { command, isKept } = course;
  const { signal } = course.stop;
  // The page before may have sent what it has kept.
  for (let failures = 1, mayHaveReached = isKept; !signal.aborted; failures++) {
    const generation = store.generation();
    try {
      const answer = await send(command.name, { ...command.input, idempotencyKey: command.key }, signal);
      if (course.isDecided) return undefined;
      course.isDecided = true;
      await settle(command, answer, generation === store.generation(), options);
      return { command, answer };
    } catch (error) {
      if (!isRequestError(error)) throw error;
      if (signal.aborted) return undefined;
      if (!isAgain(error, mayHaveReached)) {
        course.isDecided = true;
        store.refuse(command, generation === store.generation() ? error : undefined);
        return { command, error };
      }
      mayHaveReached ||= mayHaveTakenEffect(error);
      store.fail(command, error, now());
      await pauses.afterFailure(failures, error);
    }
  }
  return undefined;
}

/** The same request is sent again if it is not known what became of it, or if the server says that it may succeed. */
function isAgain({ transient, status, code }: RequestError, mayHaveReached: boolean): boolean {
  // Who is signed out is told nothing of an earlier attempt.
  return transient || status === 503 || (mayHaveReached && (code === "not_signed_in" || status === 401));
}

/** No answer, one that cannot be read, or one of a server in trouble. What has a status of 4xx was turned away. */
const mayHaveTakenEffect = ({ status, code }: RequestError): boolean =>
  status < 400 || status >= 500 || code === "outcome_unknown";

/**
 * The answer of a request that was begun before the feed began anew may describe a state that is gone, so its records are read.
 * The command resolves only once that is shown: a screen that lacks what its caller was told would be a step back.
 */
async function settle(
  command: PendingCommand,
  answer: Fields,
  isCurrent: boolean,
  { store, reread }: OutboxOptions,
): Promise<void> {
  const records = recordsIn(answer);
  if (isCurrent) return store.settle(command, records);
  await reread(records.map(keyOf));
  await store.settleRead(command);
}

function recordsIn(answer: Fields): readonly ClientRecord[] {
  return Object.values(answer).flat().filter(isRecord);
}

function isRecord(value: unknown): value is ClientRecord {
  const kind = (value as { readonly kind?: unknown } | null | undefined)?.kind;
  return kind === "slot" || kind === "appointment";
}
