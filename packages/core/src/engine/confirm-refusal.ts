import type { Refusal } from "../errors/index.ts";
import type { RecordKey, StoredRecord } from "../model/record.ts";
import { type Slot, slotAsOf } from "../model/slot.ts";
import { chosenWish } from "../rules/accept.ts";
import { type Context, isRefusal, type Seen } from "../rules/decision.ts";
import { tokensIn } from "../rules/slot-for-time.ts";
import type { Around, Surveyed } from "../storage/adapter.ts";
import { withAlternatives } from "./alternatives.ts";
import { type Attempt, lostTo } from "./attempt.ts";
import { decide } from "./decide.ts";
import type { Loaded } from "./load-records.ts";
import type { EngineSettings } from "./options.ts";
import { replay } from "./replay.ts";
import { commandKey, type Envelope, mayHaveRun, type Request } from "./request.ts";
import { refusedAround } from "./sight/refused-around.ts";
import { type Beside, surveyAround, surveyBeside } from "./sight/survey.ts";
import { hiddenFrom } from "./visible.ts";
import { showsTimes, withTimeZone } from "./with-time-zone.ts";

/**
 * Rules that search see the records in several reads. Between two of them, this command itself may have taken effect
 * through a repeat, and what it took must not be a reason to refuse it. Others may also have changed what was read
 * first, and the refusal would rest on records that never existed at one time. A record that is still as it was first
 * read was also so during the last read. The same is true of what lies around.
 */
export async function confirmRefusal(
  settings: EngineSettings,
  request: Request,
  refusal: Refusal,
  loaded: Loaded,
  context: Context,
  beside: readonly Refusal[] = [],
): Promise<Attempt> {
  const { records } = loaded;
  const { name, command, rule, patience } = request;
  const { seen } = records;
  const reads = restedOn([refusal, ...beside], loaded);
  const doubtful = [...reads.slice(0, -1).flat(), ...perhapsAdded(settings, { records, reads })].filter(
    ({ kind }) => kind !== "command",
  );
  const keys = mayHaveRun(request) ? [commandKey(request), ...doubtful] : doubtful;
  const arounds = doubtfulArounds(refusal, loaded);
  const { records: now, around } = await readAgain(settings, keys, arounds, patience.until);
  const twin = now.find((record) => record?.kind === "command");
  if (twin !== undefined) return { result: replay(twin, request) };
  const changed = changedAmong(records, keys, now);
  if (changed.length > 0) return lostTo(changed);
  const settled =
    arounds === undefined ? refusal : await refusedAround(settings, request, { refusal, loaded, around }, context);
  if ("again" in settled) return settled;
  const wouldAgree = (other: Envelope, seen: Seen) =>
    !isRefusal(decide(settings, { name, command: other, rule }, seen, context));
  const own = { ...settings, actor: command.actor };
  const isListed = async (slot: Slot) =>
    (await hiddenFrom(own, { action: "list", now: context.now, record: slotAsOf(slot, context.now) })) !== undefined;
  const { subjectId = subjectOf(command, seen) } = command;
  const searcher = { actor: command.actor, subjectId, now: context.now };
  const survey = (slots: readonly Slot[]) => surveyAround(settings, slots, searcher, patience.until);
  const besides = (beside: Beside) => surveyBeside(settings, beside, searcher, patience.until);
  const asked =
    name === "accept" && command.slotId === undefined ? seen.appointment(command.appointmentId ?? "") : undefined;
  const chosen = asked && chosenWish(asked, seen, context, tokensIn(command));
  const refused = { name, command, seen, chosen, wouldAgree, survey, surveyBeside: besides, isListed };
  const shown = await withoutHidden(settings, settled, context, patience.until);
  const final = await withAlternatives(settings, shown, refused, patience.until);
  return { refusal: showsTimes(final) ? await withTimeZone(settings, final, refused, patience.until) : final };
}

/** Those of the keys whose records are not as they were loaded. */
export function changedAmong(
  { get, isConcealed }: Loaded["records"],
  keys: readonly RecordKey[],
  now: readonly (StoredRecord | undefined)[],
): readonly RecordKey[] {
  const isChanged = (key: RecordKey, index: number) => loadedVersion(get(key)) !== loadedVersion(now[index]);
  return keys.filter((key, index) => !isConcealed(key) && isChanged(key, index));
}

/** The reads that refusals rest on. What a holder holds is for policies alone. */
function restedOn(refusals: readonly Refusal[], loaded: Loaded): Loaded["reads"] {
  const { reads, listed } = loaded;
  if (areOfPolicies(refusals, loaded) || listed === undefined) return reads;
  return reads.filter((_, index) => index !== listed).map((keys) => keys.filter(({ kind }) => kind !== "agenda"));
}

/** Whether a policy has refused, or may not be passed. Who may not give the command at all has been told before. */
function areOfPolicies(refusals: readonly Refusal[], { isAsked, refusal: forbidden }: Loaded): boolean {
  const isAllowed = isAsked && forbidden === undefined;
  return refusals.some(({ refused }) => refused === "policy_violation" || (refused === "forbidden" && isAllowed));
}

/** Where to look again, if it is a matter of policies and what lies around was not read last. */
function doubtfulArounds(refusal: Refusal, loaded: Loaded): readonly Around[] | undefined {
  const { looked, reads } = loaded;
  if (looked === undefined || looked.read === reads.length - 1) return undefined;
  return areOfPolicies([refusal], loaded) ? looked.look.arounds : undefined;
}

/** In one statement, so that all of it was true at one time. */
async function readAgain(
  { storage }: EngineSettings,
  keys: readonly RecordKey[],
  arounds: readonly Around[] | undefined,
  until: number,
): Promise<Surveyed> {
  if (arounds !== undefined) return storage.loadAround(keys, arounds, until);
  return { records: keys.length === 0 ? [] : await storage.load(keys, until), around: [] };
}

/** Whom the appointment is for that the command names. */
function subjectOf({ appointmentId }: Envelope, seen: Seen): string | undefined {
  return appointmentId === undefined ? undefined : seen.appointment(appointmentId)?.subjectId;
}

/** The refusal without the id of what is in the way, if the actor may not see that record. */
export async function withoutHidden(
  settings: EngineSettings,
  refusal: Refusal,
  { actor, now }: Pick<Context, "actor" | "now">,
  until: number,
): Promise<Refusal> {
  if (settings.authorize === undefined || refusal.refused !== "policy_violation") return refusal;
  const { blockedBy, ...others } = refusal.details;
  if (blockedBy === undefined) return refusal;
  const [record] = await settings.storage.loadToShow([blockedBy], until);
  if (record?.kind === "slot" || record?.kind === "appointment") {
    const shown = record.kind === "slot" ? slotAsOf(record, now) : record;
    const hidden = await hiddenFrom({ ...settings, actor }, { action: "read", now, record: shown });
    if (hidden !== undefined) return refusal;
  }
  return { refused: refusal.refused, details: others };
}

/**
 * What a read within a transaction may have missed. It waits for rows that others have locked, and shows them as they
 * became. A record that the same commit has added may be missing all the same.
 */
function perhapsAdded(
  { isHostTransaction }: EngineSettings,
  { records, reads }: Pick<Loaded, "records" | "reads">,
): readonly RecordKey[] {
  if (!isHostTransaction) return [];
  const last = reads.at(-1) ?? [];
  const missing = last.filter((key) => records.get(key) === undefined);
  // Where nothing was found, nothing was waited for.
  return missing.length === last.length ? [] : missing;
}

function loadedVersion(record: StoredRecord | undefined): number {
  return record === undefined || record.kind === "command" ? 0 : record.version;
}
