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
  readonly reread: (keys: readonly ReturnType<typeof keyOf>[]) => Promise<void>;
  readonly onOutcome: (outcome: Outcome) => void;
  /** How long after it was given a command that was kept is still sent, in milliseconds. */
  readonly resendForMs: number;
}

/** Sends commands, each with one key until it is answered, and shows them in the store meanwhile. */
export interface Outbox {
  /** Rejects with a RangeError if it cannot be sent: then it is not kept. */
  readonly give: (name: HostCommandName, input: Fields) => Promise<Fields>;
  /** Takes up what an earlier page has left. */
  readonly takeUp: () => Promise<void>;
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
  /** Resolves when it is given up. */
  readonly givenUp: Promise<Outcome>;
  readonly giveUp: (outcome: Outcome) => void;
  isDecided: boolean;
  /** Resolves when everything about it is over. */
  done: Promise<unknown>;
}

export function createOutbox(options: OutboxOptions): Outbox {
  const { store, keys, prefix, onOutcome } = options;
  const underWay = new Set<Course>();
  let isClosed = false;
  let latest = 0;

  /** Waits for earlier commands about the same records: their order is part of what was meant. */
  async function turnOf(command: PendingCommand): Promise<void> {
    const own = new Set(keysOf(command));
    const before = [...underWay].filter((other) => keysOf(other.command).some((key) => own.has(key)));
    await Promise.all(before.map(({ done }) => done));
  }

  async function run(course: Course, turn: Promise<void>): Promise<Fields> {
    const { command } = course;
    // Kept before it is sent: after a reload in between, a second click would be a second command.
    if (!course.isKept) await keys.set(prefix + command.key, pendingText(command)).catch(() => {});
    const answered = turn.then(() => sendUntilAnswered(course, options));
    const outcome = await Promise.race([course.givenUp, answered]);
    if (!outcome) return new Promise(() => {});
    await keys.delete(prefix + command.key).catch(() => {});
    onOutcome(outcome);
    if ("error" in outcome) throw outcome.error;
    return outcome.answer;
  }

  function start(command: PendingCommand, isKept: boolean): Promise<Fields> {
    const course = courseOf(command, isKept);
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
      // Commands sort by it, also those of one millisecond, or of before the clock was set back.
      latest = Math.max(options.now(), latest + 1);
      return start(commandOf(name, input, latest, options), false);
    },
    async takeUp() {
      const kept = await keys.entries(prefix).catch(() => []);
      const commands = kept.flatMap(([, text]) => parsePending(text) ?? []).sort((a, b) => a.at - b.at);
      const known = new Set([...underWay].map(({ command }) => command.key));
      for (const command of commands.filter(({ key }) => !known.has(key))) {
        latest = Math.max(command.at, latest);
        if (options.now() - command.at > options.resendForMs) await forget(command);
        else start(command, true).catch(() => {});
      }
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

  /** Nobody expects it any more. Whether an attempt has reached the server is not known. */
  async function forget(command: PendingCommand): Promise<void> {
    await keys.delete(prefix + command.key).catch(() => {});
    onOutcome({ command, error: notSent() });
  }
}

/** The command as it is sent in every attempt, with the slots that it will concern. @throws RangeError */
function commandOf(name: HostCommandName, given: Fields, at: number, { store, newId }: OutboxOptions): PendingCommand {
  const { idempotencyKey, ...rest } = JSON.parse(JSON.stringify(given)) as Fields;
  const key = typeof idempotencyKey === "string" ? keyIn(idempotencyKey) : newId();
  const input = name === "book" || name === "request" ? { appointmentId: newId(), ...rest } : rest;
  const { appointmentId } = input as { readonly appointmentId?: string };
  const known = appointmentId ? store.shown().get(appointmentKey(appointmentId)) : undefined;
  const owned = known?.kind === "appointment" ? [...known.slotIds, ...slotsAskedFor(known)] : [];
  return { key, name, input, slotIds: [...new Set([...namedSlots(input), ...owned])], at };
}

function courseOf(command: PendingCommand, isKept: boolean): Course {
  let giveUp: Course["giveUp"] = () => {};
  const givenUp = new Promise<Outcome>((resolve) => {
    giveUp = resolve;
  });
  return { command, isKept, stop: new AbortController(), givenUp, giveUp, isDecided: false, done: givenUp };
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
  return Object.values(answer)
    .flat()
    .filter((value) => isRecord(value));
}

function isRecord(value: unknown): value is ClientRecord {
  const kind = (value as { readonly kind?: unknown } | null | undefined)?.kind;
  return kind === "slot" || kind === "appointment";
}
