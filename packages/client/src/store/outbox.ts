import type { HostCommandName } from "@slotwright/core/client";
import { isRequestError, notSent, type RequestError } from "../calls/request-error.ts";
import type { Fields } from "../calls/routes.ts";
import type { Send } from "../calls/send.ts";
import type { KeyValueStore } from "../keys/key-value-store.ts";
import { backOff, type Pauses } from "../tasks/pauses.ts";
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
  readonly random: () => number;
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
  readonly give: (name: HostCommandName, input: Fields) => Promise<Fields>;
  /** Takes up what an earlier page has left. */
  readonly takeUp: () => Promise<void>;
  readonly close: () => void;
}

export function createOutbox(options: OutboxOptions): Outbox {
  const { store, keys, prefix, onOutcome } = options;
  const underWay = new Map<string, { readonly command: PendingCommand; readonly done: Promise<unknown> }>();
  const closing = new AbortController();

  /** Waits for earlier commands about the same records: their order is part of what was meant. */
  async function turnOf(command: PendingCommand): Promise<void> {
    const own = new Set(keysOf(command));
    const before = [...underWay.values()].filter((other) => keysOf(other.command).some((key) => own.has(key)));
    await Promise.all(before.map(({ done }) => done));
  }

  async function run(command: PendingCommand, turn: Promise<void>, isKept: boolean): Promise<Fields> {
    // Kept before it is sent: after a reload in between, a second click would be a second command.
    if (!isKept) await keys.set(prefix + command.key, pendingText(command)).catch(() => {});
    await turn;
    const outcome = await sendUntilAnswered(command, isKept, options, closing.signal);
    if (outcome === undefined) return new Promise(() => {});
    await keys.delete(prefix + command.key).catch(() => {});
    onOutcome(outcome);
    if ("error" in outcome) throw outcome.error;
    return outcome.answer;
  }

  function start(command: PendingCommand, isKept: boolean): Promise<Fields> {
    const running = run(command, turnOf(command), isKept);
    const done = running.catch(() => {}).then(() => underWay.delete(command.key));
    underWay.set(command.key, { command, done });
    return running;
  }

  return {
    give(name, input) {
      const command = commandOf(name, input, options);
      store.add(command);
      return start(command, false);
    },
    async takeUp() {
      const kept = await keys.entries(prefix).catch(() => []);
      const commands = kept.flatMap(([, text]) => parsePending(text) ?? []).sort((a, b) => (a.key < b.key ? -1 : 1));
      for (const command of commands.filter(({ key }) => !underWay.has(key))) {
        if (options.now() - command.at > options.resendForMs) await giveUp(command);
        else {
          store.add(command);
          start(command, true).catch(() => {});
        }
      }
    },
    close: () => closing.abort(),
  };

  /** Nobody expects it any more. Whether an attempt has reached the server is not known. */
  async function giveUp(command: PendingCommand): Promise<void> {
    await keys.delete(prefix + command.key).catch(() => {});
    onOutcome({ command, error: notSent() });
  }
}

/** The command as it is sent in every attempt, with the slots that it will concern. */
function commandOf(name: HostCommandName, given: Fields, { store, now, newId }: OutboxOptions): PendingCommand {
  const { idempotencyKey, ...rest } = JSON.parse(JSON.stringify(given)) as Fields;
  const key = typeof idempotencyKey === "string" ? idempotencyKey : newId();
  const input = name === "book" ? { appointmentId: newId(), ...rest } : rest;
  const { appointmentId } = input as { readonly appointmentId?: string };
  const known = appointmentId === undefined ? undefined : store.shown().get(appointmentKey(appointmentId));
  const owned = known?.kind === "appointment" ? known.slotIds : [];
  return { key, name, input, slotIds: [...new Set([...namedSlots(input), ...owned])], at: now() };
}

/** Undefined if the client was closed before there was an answer. */
async function sendUntilAnswered(
  command: PendingCommand,
  isKept: boolean,
  options: OutboxOptions,
  closed: AbortSignal,
): Promise<Outcome | undefined> {
  const { store, send, pauses, random } = options;
  // The page before may have sent what it has kept.
  for (let failures = 1, mayHaveReached = isKept; !closed.aborted; failures++) {
    const generation = store.generation();
    try {
      const answer = await send(command.name, { ...command.input, idempotencyKey: command.key }, closed);
      await settle(command, answer, generation === store.generation(), options);
      return { command, answer };
    } catch (error) {
      if (!isRequestError(error)) throw error;
      if (closed.aborted) return undefined;
      if (!isAgain(error, mayHaveReached)) {
        store.refuse(command, generation === store.generation() ? error : undefined);
        return { command, error };
      }
      mayHaveReached ||= mayHaveTakenEffect(error);
      await pauses.pause(Math.max(backOff(failures, random()), error.retryAfterMs ?? 0));
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
  const kind = typeof value === "object" && value !== null && "kind" in value ? value.kind : undefined;
  return kind === "slot" || kind === "appointment";
}
