import type { ActorEngine, PreviewReason, ScreenOptions } from "@slotwright/core";
import type { HostCommandName } from "@slotwright/core/client";
import { type Input, invalid } from "./requests/input.ts";

/** What a command would do, with its reasons as a screen shows errors. */
export async function preview(engine: ActorEngine, { command, input, ...rest }: Input, screen: ScreenOptions) {
  const [unknown] = Object.keys(rest);
  if (unknown !== undefined) throw invalid("", `This route takes no ${JSON.stringify(unknown)}.`, "unknown_field");
  const answer = await engine.preview(command as HostCommandName, input as never);
  return answer.possible
    ? answer
    : { possible: false, reasons: answer.reasons.map((one) => shownReason(one, input as Naming, screen)) };
}

/** Why a slot or a time is on offer, or why not. */
export async function explain(engine: ActorEngine, input: Input, screen: ScreenOptions) {
  const { reasons, ...explanation } = await engine.explain(input as never);
  return { ...explanation, reasons: reasons.map((one) => shownReason(one, input as Naming, screen)) };
}

/** The fields of an input that name records which may be in the way. */
interface Naming {
  readonly slotId?: string;
  readonly alsoSlotIds?: readonly string[];
  readonly orSlotIds?: readonly string[];
  readonly appointmentId?: string;
}

/** The ids of the records of a kind that an input names. */
function namedIn({ slotId, alsoSlotIds = [], orSlotIds = [], appointmentId }: Naming, kind: string) {
  if (kind === "slot") return [slotId, ...alsoSlotIds, ...orSlotIds];
  return kind === "appointment" ? [appointmentId] : [];
}

/** A record that the client did not name may be somebody else's: the details for a screen leave it out, too. */
function shownReason({ error, helps, blockedBy }: PreviewReason, input: Naming, screen: ScreenOptions): object {
  const { success: _, ...shown } = error.toResponse(screen);
  const known = blockedBy === null ? [] : [...namedIn(input, blockedBy.kind), ...Object.values(shown.details)];
  const isShown = blockedBy !== null && known.includes(blockedBy.id);
  return { ...shown, helps, blockedBy: isShown ? blockedBy : null };
}
