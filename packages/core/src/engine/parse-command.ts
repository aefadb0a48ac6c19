import { type Command, commandSchemas } from "../model/commands.ts";
import type { CommandName } from "../model/journal.ts";
import { isObject, meansField, parse } from "./parse.ts";

/**
 * The command, as the engine reads it from its input.
 * @throws BookingError `invalid_input`, or another error about the input alone
 */
export function parseCommand(name: CommandName, input: unknown): Command<CommandName> {
  return parse(schemaOf(name, input), input);
}

/** A booking is by slot or by time. Choosing the schema first gives errors about the one that was meant. */
function schemaOf(name: CommandName, input: unknown) {
  if (name !== "book") return commandSchemas[name];
  const [bySlot, byTime] = commandSchemas.book.options;
  // A booking by time has a provider, and needs no look for a misspelt slotId.
  if (isObject(input) && input.slotId === undefined && input.providerId !== undefined) return byTime;
  return meansField(input, "slotId") ? bySlot : byTime;
}
