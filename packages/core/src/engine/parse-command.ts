import { type Command, commandSchemas } from "../model/commands.ts";
import type { CommandName } from "../model/journal.ts";
import type { Actor } from "../model/values.ts";
import { isObject, meansField, parseFor, unreadable } from "./parse.ts";

/**
 * The command, as the engine reads it from its input.
 * @param actor That of the engine, if it has one. The input must then name none.
 * @throws BookingError `invalid_input`, or another error about the input alone
 */
export function parseCommand(name: CommandName, input: unknown, actor?: Actor): Command<CommandName> {
  return parseFor<ReturnType<typeof schemaOf>>(actor, readableSchemaOf(name, input), input);
}

/** A getter of the caller's may throw, here as well as where the schema reads. */
function readableSchemaOf(name: CommandName, input: unknown) {
  try {
    return schemaOf(name, input);
  } catch (cause) {
    throw unreadable([], cause);
  }
}

/** A booking, a hold, a request or a move is by slot or by time. Choosing the schema first gives errors about the one that was meant. */
function schemaOf(name: CommandName, input: unknown) {
  if (name === "reschedule") return movingSchema(input);
  if (name !== "book" && name !== "hold" && name !== "request") return commandSchemas[name];
  const [bySlot, byTime] = commandSchemas[name].options;
  // One by time has a provider, and needs no look for a misspelt slotId.
  if (isObject(input) && input.slotId === undefined && input.providerId !== undefined) return byTime;
  return meansField(input, "slotId") ? bySlot : byTime;
}

/** Without any time, the slot is what is missing. */
function movingSchema(input: unknown) {
  const [toSlot, toTime] = commandSchemas.reschedule.options;
  const hasTime = isObject(input) && (input.start !== undefined || input.end !== undefined);
  return meansField(input, "slotId") || !hasTime ? toSlot : toTime;
}
