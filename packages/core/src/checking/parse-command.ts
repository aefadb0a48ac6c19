import { parse } from "../engine/parse.ts";
import { schemaOf } from "../engine/run-command.ts";
import type { CommandName } from "../model/journal.ts";

/**
 * The command as the engine reads it from its input.
 * @throws BookingError `invalid_input`, or what else is wrong with the input alone
 */
export function parseCommand(name: CommandName, input: unknown) {
  return parse(schemaOf(name, input), input);
}
