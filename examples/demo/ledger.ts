import type { Engine } from "@slotwright/core";
import {
  type CommandInput,
  type CommandName,
  type CommandResult,
  type ErrorCode,
  isBookingError,
} from "@slotwright/core";
import { commandIdOf } from "@slotwright/core/checking";
import { shownIn, type ToldOutcome } from "@slotwright/lab/audit";

type HostCommand = Exclude<CommandName, "repair" | "publishSlots" | "importBusy">;

type Commands = {
  readonly [Name in HostCommand]: (input: CommandInput<Name>) => Promise<CommandResult<Name>>;
};

/** A command that was sent, and its answer. In the end, the database is compared with these. */
export interface LedgerEntry extends ToldOutcome {
  readonly command: HostCommand;
  /** Sent before with the same key, to show that it takes effect once. */
  readonly repeated: boolean;
  /** `fault` is everything that has no place in a demo without faults: a raw error of the driver, a busy database. */
  readonly outcome: "done" | "fault" | ErrorCode;
  readonly ms: number;
  /** Epoch milliseconds. */
  readonly answeredAt: number;
  readonly problem: string | null;
}

export type Settled<Result> = { readonly result: Result } | { readonly error: unknown };

/** Sends commands, and records each in the ledger. */
export interface Desk {
  readonly ledger: readonly LedgerEntry[];
  readonly send: <Name extends HostCommand>(
    command: Name,
    input: CommandInput<Name> & { readonly idempotencyKey: string },
    options?: { readonly repeated: boolean },
  ) => Promise<Settled<CommandResult<Name>>>;
  /** Records that something went wrong without an error. */
  readonly complain: (about: Pick<LedgerEntry, "commandId" | "command" | "actorId">, problem: string) => void;
}

/** What a caller who came too late may be told. */
const expectedRefusals: readonly ErrorCode[] = ["slot_booked", "slot_held", "slot_blocked", "no_slot_available"];

export function createDesk(engine: Engine, onEntry: (entry: LedgerEntry) => void = () => {}): Desk {
  const ledger: LedgerEntry[] = [];
  const commands: Commands = engine;
  return {
    ledger,
    async send(command, input, { repeated } = { repeated: false }) {
      const started = performance.now();
      const answer = await answerOf(commands[command](input));
      const ms = performance.now() - started;
      const sent = {
        commandId: commandIdOf(input.idempotencyKey, input.actor, "actor"),
        command,
        actorId: input.actor.id,
        repeated,
        ms,
        answeredAt: Date.now(),
      };
      const entry = { ...sent, ...readAnswer(answer) };
      ledger.push(entry);
      onEntry(entry);
      return answer;
    },
    complain: (about, problem) =>
      ledger.push({ ...about, repeated: true, outcome: "fault", shown: [], ms: 0, answeredAt: Date.now(), problem }),
  };
}

/** The result of a command that nothing may refuse. @throws BookingError */
export async function must<Result>(sent: Promise<Settled<Result>>): Promise<Result> {
  const answer = await sent;
  if ("error" in answer) throw answer.error;
  return answer.result;
}

async function answerOf<Result>(promise: Promise<Result>): Promise<Settled<Result>> {
  try {
    return { result: await promise };
  } catch (error) {
    return { error };
  }
}

function readAnswer(answer: Settled<object>): Pick<LedgerEntry, "outcome" | "shown" | "problem"> {
  if ("result" in answer) return { outcome: "done", shown: shownIn(answer.result), problem: null };
  const { error } = answer;
  if (isBookingError(error) && expectedRefusals.includes(error.code)) {
    return { outcome: error.code, shown: [], problem: null };
  }
  const problem = isBookingError(error) ? `${error.code}: ${error.message}` : `not a BookingError: ${String(error)}`;
  return { outcome: "fault", shown: [], problem };
}
