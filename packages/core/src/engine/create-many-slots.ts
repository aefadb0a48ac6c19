import { setImmediate as nextTurn } from "node:timers/promises";
import { BookingError, type ErrorCode, isBookingError } from "../errors/index.ts";
import type { Command } from "../model/commands.ts";
import { type CreatedSoFar, type CreateManySlotsInput, createManySlotsSchema } from "../model/create-many-slots.ts";
import { type CreatedChunk, createSlotsChunk } from "../rules/create-slots.ts";
import type { Rule } from "../rules/decision.ts";
import { isGone } from "./ended-early.ts";
import type { EngineSettings } from "./options.ts";
import { parseFor } from "./parse.ts";
import { type Chunk, chunkReader, refuseAborted } from "./read-chunks.ts";
import { runCommand } from "./run-command.ts";

interface Run {
  readonly settings: EngineSettings;
  /** What all chunks have in common. */
  readonly command: Omit<Command<"createSlots">, "slots" | "idempotencyKey">;
  readonly idempotencyKey: string;
}

/**
 * Creates the slots of a source, chunk by chunk. Each chunk is a command of its own, whose key is made of the call's
 * key and the position of its first input. A repeated call therefore finds the chunks that exist.
 * @throws BookingError
 */
export async function createManySlots(settings: EngineSettings, input: CreateManySlotsInput): Promise<CreatedSoFar> {
  const { slots, chunkSize, onProgress, signal, ...envelope } = parseFor(settings.actor, createManySlotsSchema, input);
  const { idempotencyKey = settings.newId(), ...command } = envelope;
  const run: Run = { settings, command, idempotencyKey };
  let created: CreatedSoFar = { idempotencyKey, inputs: 0, slots: 0 };
  refuseAborted(signal);
  const reader = chunkReader(slots, chunkSize, signal);
  try {
    for (;;) {
      const chunk = await nextChunk(run, reader.next, created);
      if (chunk === undefined) return created;
      const made = await createChunk(run, chunk, created);
      created = sumOf(created, chunk, made);
      await onProgress?.({ ...created });
      // A storage that answers at once would let no timer fire and no signal arrive. In a host's transaction, other
      // code that gets a turn may slip into it.
      if (!settings.isHostTransaction) await nextTurn();
    }
  } finally {
    reader.close();
  }
}

/** All of it is a replay as long as each chunk is. */
function sumOf(before: CreatedSoFar, { from, slots }: Chunk, made: CreatedChunk): CreatedSoFar {
  const isReplay = made.replayed === true && (from === 0 || before.replayed === true);
  const { idempotencyKey } = before;
  const sum = { idempotencyKey, inputs: from + slots.length, slots: before.slots + made.slots };
  return isReplay ? { ...sum, replayed: true } : sum;
}

async function nextChunk(run: Run, read: () => Promise<Chunk | undefined>, created: CreatedSoFar) {
  try {
    return await read();
  } catch (error) {
    throw stoppedBy(error, run, created);
  }
}

async function createChunk(run: Run, { from, slots }: Chunk, created: CreatedSoFar): Promise<CreatedChunk> {
  const idempotencyKey = `${run.idempotencyKey}/${from}`;
  const command = { ...run.command, idempotencyKey, slots };
  const rule = createSlotsChunk as Rule<unknown, CreatedChunk>;
  try {
    return await runCommand(run.settings, { name: "createSlots", command, rule, hashedAs: "createManySlots" });
  } catch (error) {
    throw stoppedBy(error, run, created, { from, slots });
  }
}

/** The error of a chunk in terms of the whole call: its positions, its key, and what exists. */
function stoppedBy(error: unknown, run: Run, createdSoFar: CreatedSoFar, chunk?: Chunk): unknown {
  if (!isBookingError(error)) return error;
  const { code, cause } = error;
  const key = "idempotencyKey" in error.details ? { idempotencyKey: run.idempotencyKey } : {};
  const at = chunk === undefined ? {} : inputOf(error, chunk);
  const details = { ...error.details, ...key, ...at, ...(isGone(run.settings, error) ? {} : { createdSoFar }) };
  return new BookingError<ErrorCode>(code, details as BookingError["details"], cause);
}

/** Which input the error is about, if it is about one. */
function inputOf(error: BookingError, { from }: Chunk): object {
  if (isBookingError(error, "invalid_input")) {
    const pathOf = (path: string) => path.replace(/^slots\.(\d+)/, (_, at) => `slots.${from + Number(at)}`);
    return { issues: error.details.issues.map((issue) => ({ ...issue, path: pathOf(issue.path) })) };
  }
  const isOfOne =
    isBookingError(error, "invalid_time_range") ||
    isBookingError(error, "slot_overlap") ||
    isBookingError(error, "slot_exists");
  return isOfOne ? { index: from + (error.details.index ?? 0) } : {};
}
