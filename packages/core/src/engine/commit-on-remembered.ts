import type { Slot } from "../model/slot.ts";
import { type Context, type Decided, type Decision, isRefusal, type Seen } from "../rules/decision.ts";
import type { Transition } from "../storage/adapter.ts";
import { isStorageError } from "../storage/storage-error.ts";
import { type Attempt, attemptOf } from "./attempt.ts";
import { decide } from "./decide.ts";
import type { EngineSettings } from "./options.ts";
import { contextOf, type Request } from "./request.ts";

/** What the engine remembers of the slots that a booking names, and the context to decide in. */
export interface Remembered {
  readonly seen: Seen;
  readonly context: Context;
}

/**
 * Undefined if one of the slots is not remembered, or the command is not a booking by slot. Other commands read
 * everything first, because the status of a slot does not tell whose hold or appointment it has.
 */
export function rememberedFor(settings: EngineSettings, request: Request): Remembered | undefined {
  const { name, command, rule } = request;
  const { recentSlots, sights } = settings;
  // What policies see is not remembered.
  if (recentSlots === undefined || sights !== undefined || name !== "book" || command.slotId === undefined)
    return undefined;
  const context = contextOf(settings, request);
  // That an appointment's own id is free is for the commit to tell.
  const keys = rule.reads(command, seenOf([]), context).keys.filter(({ kind }) => kind === "slot");
  const slots = recentSlots.recall(keys, context.now);
  return slots && { seen: seenOf(slots), context };
}

/**
 * A slot that was free a short while ago usually still is, and the commit tells if it is not. Only a commit is an
 * answer here. A refusal is not, and neither is an error that a function of the host throws. Undefined if the command
 * has to read first.
 */
export async function commitOnRemembered(
  settings: EngineSettings,
  request: Request,
  { seen, context }: Remembered,
): Promise<Attempt | undefined> {
  let decision: Decision<object>;
  try {
    decision = decide(settings, request, seen, context);
  } catch {
    return undefined;
  }
  if (isRefusal(decision)) return undefined;
  try {
    const proposed = { decided: asRemembered(decision), agendas: [], readFrom: 0, after: () => undefined };
    const { outcome, decided } = await settings.storage.commit(request, proposed, request.patience.until);
    const attempt = attemptOf(outcome, request, decided);
    return "result" in attempt ? attempt : undefined;
  } catch (error) {
    // A read-only database still tells what it holds: what was taken, and what this command itself did before.
    if (isStorageError(error, "read_only")) return undefined;
    throw error;
  }
}

/**
 * The slots were free. After a failover that took this back, their versions may have come again with a hold or a block.
 * A row that was changed by hand may have kept its version, too.
 */
function asRemembered(decision: Decided<object>): Decided<object> & Pick<Transition, "expect"> {
  const expect = decision.expect.map((one) =>
    one.key.kind === "slot" ? { ...one, status: "available" as const } : one,
  );
  return { ...decision, expect };
}

function seenOf(slots: readonly Slot[]): Seen {
  const none = () => undefined;
  const others = { schedule: none, appointment: none, availability: none };
  return { slot: (id) => slots.find((slot) => slot.id === id), ...others, found: [] };
}
