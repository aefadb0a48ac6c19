import type { Command } from "../model/commands.ts";
import type { ChangedAvailability } from "../rules/set-availability.ts";
import { decideOnly } from "./decide-only.ts";
import type { EngineSettings } from "./options.ts";
import { effectOf } from "./publish-slots.ts";
import { commandFrom, runCommand } from "./run-command.ts";

/** @throws BookingError */
export async function setAvailability(settings: EngineSettings, input: unknown): Promise<ChangedAvailability> {
  const parsed = commandFrom("setAvailability", input, settings.actor);
  const {
    dryRun,
    until,
    hours: _,
    ifVersion: __,
    timeZone: ___,
    ...envelope
  } = parsed.command as Command<"setAvailability">;
  if (!dryRun) return runCommand(settings, parsed);
  // A dry run changes nothing, so there is nothing that may happen only once.
  const { idempotencyKey: ____, ...others } = envelope;
  const asked = { ...parsed, command: { ...parsed.command, idempotencyKey: undefined } };
  const { availability } = await decideOnly<ChangedAvailability>(settings, asked);
  const effect = await effectOf(settings, availability, { ...others, until });
  // The next one is not there yet, and may become that of other hours.
  return { availability: { ...availability, version: availability.version - 1 }, effect };
}
