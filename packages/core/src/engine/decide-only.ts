import type { EngineSettings } from "./options.ts";
import { previewOf } from "./preview/preview.ts";
import type { ParsedCommand } from "./request.ts";

/**
 * What a command would return, without its effect.
 * @throws BookingError With the first reason against it
 */
export async function decideOnly<Result extends object>(
  settings: EngineSettings,
  parsed: ParsedCommand<Result>,
): Promise<Result> {
  const preview = await previewOf(settings, parsed);
  if (!preview.possible) throw preview.reasons[0].error;
  return preview.result as Result;
}
