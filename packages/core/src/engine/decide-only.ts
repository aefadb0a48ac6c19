import type { Decided } from "../rules/decision.ts";
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
  return (await decidedOnly(settings, parsed)).result;
}

/**
 * The same with what it would write.
 * @throws BookingError With the first reason against it
 */
export async function decidedOnly<Result extends object>(
  settings: EngineSettings,
  parsed: ParsedCommand<Result>,
): Promise<Pick<Decided<Result>, "result" | "put">> {
  const preview = await previewOf(settings, parsed);
  if (!preview.possible) throw preview.reasons[0].error;
  return { result: preview.result as Result, put: preview.put };
}
