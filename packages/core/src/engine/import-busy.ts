import type { z } from "zod";
import { BookingError } from "../errors/index.ts";
import { busyParts, busyStretches } from "../model/busy.ts";
import type { Command } from "../model/commands.ts";
import { type ImportBusyInput, type ImportedBusy, importBusySchema } from "../model/import-busy.ts";
import type { InputIssue } from "../model/input-issue.ts";
import { limits } from "../model/limits.ts";
import { dayMs } from "../model/local-date.ts";
import type { Slot } from "../model/slot.ts";
import type { TimeRange } from "../model/time-range.ts";
import type { Rule } from "../rules/decision.ts";
import { type ImportedStretch, importingAfter, importBusy as rule } from "../rules/import-busy.ts";
import { decidedOnly } from "./decide-only.ts";
import { endedEarly } from "./ended-early.ts";
import type { EngineSettings } from "./options.ts";
import { parseFor } from "./parse.ts";
import { shownSlots } from "./publish-slots.ts";
import { refuseAborted } from "./read-chunks.ts";
import type { ParsedCommand } from "./request.ts";
import { runCommand } from "./run-command.ts";

/**
 * Imports stretch by stretch, each in a commit of its own, if there is anything to write. No keys: a repeat finds what is there.
 * @throws BookingError
 */
export async function importBusy(settings: EngineSettings, input: ImportBusyInput): Promise<ImportedBusy> {
  const parsed = parseFor(settings.actor, importBusySchema, input);
  const { dryRun } = parsed;
  const sum = { created: 0, kept: 0, withdrawn: 0, blocked: 0, freed: 0, takenCount: 0 };
  try {
    return { dryRun, ...(await importedInto(sum, settings, parsed)) };
  } catch (error) {
    const { created, withdrawn, blocked, freed } = sum;
    const changed = { created, withdrawn, blocked, freed };
    throw dryRun ? error : endedEarly(settings, error, { call: "importBusy", changed });
  }
}

type Sum = Record<"created" | "kept" | "withdrawn" | "blocked" | "freed" | "takenCount", number>;

/** Adds up what became of the times. */
async function importedInto(sum: Sum, settings: EngineSettings, input: z.output<typeof importBusySchema>) {
  const { from, until, intervals, dryRun, signal, ...envelope } = input;
  const window = { start: from, end: until };
  refuseWindow(window);
  const taken: Slot[] = [];
  const run = dryRun ? foreseeing(settings) : running(settings);
  for (const stretch of busyStretches(busyParts(intervals, window), window)) {
    refuseAborted(signal);
    const command = { ...envelope, ...stretch, since: from };
    const done = await run(command);
    for (const name of Object.keys(sum) as (keyof Sum)[]) sum[name] += done[name];
    taken.push(...done.taken.slice(0, limits.outsideSlots - taken.length));
  }
  return { ...sum, taken: await shownSlots(settings, envelope.actor, taken) };
}

type Run = (command: Command<"importBusy">) => Promise<ImportedStretch>;

const running =
  (settings: EngineSettings): Run =>
  (command) =>
    runCommand(settings, parsedFor(command, rule));

/** A stretch may come to what those before it have done, so what they would have written is taken along. */
function foreseeing(settings: EngineSettings): Run {
  const written: Slot[] = [];
  return async (command) => {
    const { result, put } = await decidedOnly(settings, parsedFor(command, importingAfter(written)));
    for (const record of put) if (record.kind === "slot") written.push(record);
    return result;
  };
}

const parsedFor = (
  command: Command<"importBusy">,
  of: Rule<Command<"importBusy">, ImportedStretch>,
): ParsedCommand<ImportedStretch> => ({
  name: "importBusy",
  command,
  rule: of as Rule<unknown, ImportedStretch>,
  hashedAs: "importBusy",
});

const longestMs = limits.publishedDays * dayMs;

/** @throws BookingError `invalid_input` */
function refuseWindow({ start, end }: TimeRange): void {
  const refuse = (issue: Omit<InputIssue, "path">) => {
    throw new BookingError("invalid_input", { issues: [{ path: "until", ...issue }] });
  };
  if (start >= end) refuse({ code: "invalid", message: "must be after from" });
  const maximum = limits.publishedDays;
  if (end.getTime() - start.getTime() > longestMs) {
    refuse({ code: "too_large", maximum, message: `must not be more than ${maximum} days after from` });
  }
}
