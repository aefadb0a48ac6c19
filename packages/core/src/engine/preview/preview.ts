import { z } from "zod";
import { BookingError, isBookingError, type Refusal } from "../../errors/index.ts";
import type { Help } from "../../model/help.ts";
import { type HostCommandName, hostCommandNames } from "../../model/journal.ts";
import type { RecordKey } from "../../model/record.ts";
import type { Context, Decided, Seen } from "../../rules/decision.ts";
import { slotKey } from "../../rules/find.ts";
import type { CommandResult } from "../../rules/index.ts";
import { isStorageError } from "../../storage/storage-error.ts";
import { beforeRepeat } from "../after-failure.ts";
import { overtaken, type Repeat } from "../attempt.ts";
import { conceal } from "../conceal.ts";
import { confirmRefusal, withoutHidden } from "../confirm-refusal.ts";
import { forbid } from "../decide.ts";
import { loadRecords } from "../load-records.ts";
import type { EngineSettings } from "../options.ts";
import { parse } from "../parse.ts";
import { contextOf, type ParsedCommand, type Request, requestOf } from "../request.ts";
import { commandFrom } from "../run-command.ts";
import { letRunOut } from "../sight/run-out.ts";
import { slotInTheWay } from "../slots-at-time.ts";
import { asBookingError, asHostTransactionError } from "../storage-failures.ts";
import { showsTimes, withTimeZone } from "../with-time-zone.ts";
import { helpAgainst, obstacleIn } from "./helps.ts";
import { reasonsAgainst } from "./reasons.ts";

/** One reason against a command. */
export interface PreviewReason {
  /** What the command would reject with if this were the only reason. */
  readonly error: BookingError;
  /** What may help: empty if only another command could. */
  readonly helps: readonly Help[];
  /**
   * The slot or the appointment that is in the way. Of `no_slot_available`, a slot at that time that is taken, or that lies
   * partly there. Null if it is none, or one that the actor may not see.
   */
  readonly blockedBy: RecordKey | null;
}

/** What a command would do, if it were given now. */
export type Preview<Result> =
  /** `result` is what the command would return. Ids and tokens that it would make are others the next time. */
  | { readonly possible: true; readonly result: Result }
  /** All reasons against it. The first is what the command would reject with. */
  | { readonly possible: false; readonly reasons: readonly [PreviewReason, ...PreviewReason[]] };

/**
 * Decides the command, and changes nothing.
 * @throws BookingError
 */
export async function preview<Name extends HostCommandName>(
  settings: EngineSettings,
  name: Name,
  input: unknown,
): Promise<Preview<CommandResult<Name>>> {
  const foreseen = await previewOf(settings, previewed(settings, name, input));
  if (!foreseen.possible) return foreseen;
  return { possible: true, result: foreseen.result as CommandResult<Name> };
}

/** A preview, with what the command would write. */
type Foreseen =
  | (Extract<Preview<object>, { possible: true }> & Pick<Decided<object>, "put">)
  | Extract<Preview<object>, { possible: false }>;

/** The same for a command that the engine makes itself. */
export async function previewOf(settings: EngineSettings, parsed: ParsedCommand): Promise<Foreseen> {
  const request: Request = { ...requestOf(settings, parsed), isPreview: true };
  let last: Repeat | undefined;
  try {
    for (;;) {
      const answer = await previewOnce(settings, request);
      if (!("again" in answer)) return answer;
      await beforeRepeat(request, answer, last);
      last = answer;
    }
  } finally {
    request.finder.leave();
  }
}

const nameSchema = z.enum(hostCommandNames, { error: ({ input }) => nameMessage(input) });

/** What is asked for in place of a preview by those that consist of many commands. */
const insteadOf: Readonly<Record<string, string>> = {
  publishSlots: "call publishSlots with dryRun",
  importBusy: "call importBusy with dryRun",
  createManySlots: "preview createSlots, with some of the slots",
};

function nameMessage(name: unknown): string {
  const instead = typeof name === "string" && Object.hasOwn(insteadOf, name) ? insteadOf[name] : undefined;
  const names = hostCommandNames.join(", ");
  return instead === undefined
    ? `must be the name of a command: ${names}`
    : `must be the name of one command, and ${name} gives many: ${instead}. Commands are ${names}`;
}

function previewed(settings: EngineSettings, name: HostCommandName, input: unknown): ParsedCommand {
  const parsed = commandFrom(parse(nameSchema, name, ["command"]), input, settings.actor);
  const { idempotencyKey, dryRun }: { idempotencyKey?: string | undefined; dryRun?: boolean } = parsed.command;
  if (idempotencyKey !== undefined) {
    throw conflicting("idempotencyKey", "a preview changes nothing, so there is nothing that may happen only once");
  }
  if (dryRun) throw conflicting("dryRun", `a preview changes nothing either. Call ${name} with dryRun for its effect`);
  return parsed;
}

function conflicting(path: string, why: string): BookingError {
  return new BookingError("invalid_input", {
    issues: [{ path, code: "conflicting_fields", message: `must be left out: ${why}` }],
  });
}

async function previewOnce(settings: EngineSettings, request: Request): Promise<Foreseen | Repeat> {
  try {
    return await previewOnRead(settings, request);
  } catch (error) {
    if (!isStorageError(error)) throw error;
    if (settings.isHostTransaction) throw asHostTransactionError(error);
    if (error.failure !== "transient" && error.failure !== "unknown") throw asBookingError(error);
    return { again: "busy", cause: () => error };
  }
}

async function previewOnRead(settings: EngineSettings, request: Request): Promise<Foreseen | Repeat> {
  const begun = contextOf(settings, request);
  const loaded = await loadRecords(settings, request, begun);
  const context = { ...begun, now: settings.clock.now() };
  letRunOut(loaded, context);
  try {
    if (loaded.isOvertaken) return overtaken(loaded);
    const { seen } = loaded.records;
    const { around } = seen;
    const forbidden = loaded.isAsked ? undefined : forbid(settings, request, seen, context);
    const refusal =
      loaded.refusal ?? (forbidden && (await conceal(settings, request, context, loaded.records, forbidden)));
    const decided = refusal === undefined ? reasonsAgainst(settings, request, seen, context) : ([refusal] as const);
    if ("result" in decided) return { possible: true, result: decided.result, put: decided.put };
    const [first, ...rest] = decided;
    // What the input alone makes wrong is no reason that could pass.
    if (first.refused === "invalid_input") throw new BookingError(first.refused, first.details);
    const confirmed = await confirmRefusal(settings, request, first, loaded, context, rest);
    if (confirmed.again !== undefined) return confirmed;
    const final = "refusal" in confirmed ? confirmed.refusal : first;
    const about = { ...request, seen };
    // What lies around may have been read anew.
    const others = seen.around === around ? rest : otherReasons(settings, request, seen, context);
    const further = await Promise.all(
      others.map((other) => reasonToShow(settings, other, about, context, request.patience.until)),
    );
    const reasons = [reasonOf(final), ...further] as const;
    return { possible: false, reasons: await withTakenSlots(settings, reasons, context, request.patience.until) };
  } finally {
    loaded.given?.release(loaded.isOvertaken ? "lost" : "unused");
  }
}

/** A time for which no free slot was found says nothing of the slot that somebody else has there. It is looked for, and not locked. */
async function withTakenSlots(
  settings: EngineSettings,
  [first, ...rest]: readonly [PreviewReason, ...PreviewReason[]],
  { actor, now }: Context,
  until: number,
): Promise<readonly [PreviewReason, ...PreviewReason[]]> {
  const looking = { settings: { ...settings, actor }, now, until };
  const withTaken = async (reason: PreviewReason): Promise<PreviewReason> => {
    if (!isBookingError(reason.error, "no_slot_available")) return reason;
    const slot = await slotInTheWay(looking, reason.error.details);
    return slot === undefined ? reason : { ...reason, blockedBy: slotKey(slot.id) };
  };
  return [await withTaken(first), ...(await Promise.all(rest.map(withTaken)))];
}

function otherReasons(settings: EngineSettings, request: Request, seen: Seen, context: Context): readonly Refusal[] {
  const decided = reasonsAgainst(settings, request, seen, context);
  return "result" in decided ? [] : decided.slice(1);
}

/** What a command is about, as far as a reason against it tells of that. */
export type ReasonAbout = Parameters<typeof withTimeZone>[2];

/** The reason as the actor may see it, with the zone of the times in it. */
export async function reasonToShow(
  settings: EngineSettings,
  refusal: Refusal,
  about: ReasonAbout,
  context: Pick<Context, "actor" | "now">,
  until: number,
): Promise<PreviewReason> {
  const shown = await withoutHidden(settings, refusal, context, until);
  return reasonInItsZone(settings, shown, about, until);
}

/** The same for a reason that names nothing that may be hidden. */
export async function reasonInItsZone(
  settings: EngineSettings,
  refusal: Refusal,
  about: ReasonAbout,
  until: number,
): Promise<PreviewReason> {
  return reasonOf(showsTimes(refusal) ? await withTimeZone(settings, refusal, about, until) : refusal);
}

function reasonOf(refusal: Refusal): PreviewReason {
  return {
    error: new BookingError(refusal.refused, refusal.details),
    helps: helpAgainst(refusal),
    blockedBy: obstacleIn(refusal) ?? null,
  };
}
