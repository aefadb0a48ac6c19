import type { CommandRecord, VersionedRecord } from "../model/record.ts";
import { isRefusal } from "../rules/decision.ts";
import { type Attempt, attemptOf, isStaleSlot, overtaken } from "./attempt.ts";
import { conceal } from "./conceal.ts";
import { confirmNothing } from "./confirm-nothing.ts";
import { confirmRefusal } from "./confirm-refusal.ts";
import { decideAllowed, forbid } from "./decide.ts";
import { loadRecords } from "./load-records.ts";
import type { EngineSettings } from "./options.ts";
import { inCallersContext } from "./outside-of-callers.ts";
import { replay } from "./replay.ts";
import { commandKey, contextOf, type Request } from "./request.ts";
import { decideAfter } from "./sight/decide-after.ts";
import { letRunOut } from "./sight/run-out.ts";
import type { SlotFate } from "./spread.ts";

const never = () => undefined;

/** Loads what the rule asks for, lets it decide, and commits if the loaded versions still hold. */
export async function commitOnRead(settings: EngineSettings, request: Request): Promise<Attempt> {
  const readFrom = performance.now();
  const begun = contextOf(settings, request);
  const loaded = await loadRecords(settings, request, begun);
  // What has run out while it was read has run out.
  const context = { ...begun, now: settings.clock.now() };
  letRunOut(loaded, context);
  const { records } = loaded;
  let fate: SlotFate = "unused";
  try {
    const earlier = records.get(commandKey(request)) as CommandRecord | undefined;
    if (earlier !== undefined) return { result: replay(earlier, request) };
    if (loaded.isOvertaken) {
      fate = "lost";
      return overtaken(loaded);
    }
    const forbidden = loaded.isAsked ? undefined : forbid(settings, request, records.seen, context);
    const refusal = forbidden && (await conceal(settings, request, context, records, forbidden));
    const decision = loaded.refusal ?? refusal ?? decideAllowed(settings, request, records.seen, context);
    // Not awaited: that would lengthen the stack of every refusal, which costs a tenth of the whole command.
    if (isRefusal(decision)) return confirmRefusal(settings, request, decision, loaded, context);
    if (decision.put.length === 0) return await confirmNothing(settings, request, loaded, decision.result);
    // Whatever becomes of the commit, no other caller may try this slot, unless it was concealed from this one.
    if (records.seen.found.length > 0) fate = "taken";
    const { agendas } = loaded;
    const after = (left: readonly VersionedRecord[]) =>
      decideAfter(settings, request, { seen: records.seen, agendas }, left);
    const mayGoOn = agendas.length > 0;
    const proposed = { decided: decision, agendas, readFrom, after: mayGoOn ? inCallersContext(after) : never };
    const { outcome, decided } = await settings.storage.commit(request, proposed, request.patience.until);
    const attempt = attemptOf(outcome, request, decided);
    if (attempt.again !== "stale" || fate === "unused" || loaded.given === undefined) return attempt;
    // The agenda may be what others have written. The slot is then as free as before.
    fate = isStaleSlot(outcome, loaded.given.slot) ? "lost" : "unused";
    return fate === "lost" ? { ...attempt, again: "missed" } : attempt;
  } finally {
    loaded.given?.release(fate);
  }
}
