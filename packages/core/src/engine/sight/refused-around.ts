import type { Refusal } from "../../errors/index.ts";
import type { Agenda } from "../../model/agenda.ts";
import { keyOf } from "../../model/record.ts";
import { type Context, isRefusal } from "../../rules/decision.ts";
import { type HeldByHolder, noZones, zonesSeenIn } from "../../rules/sight.ts";
import type { Surroundings } from "../../storage/adapter.ts";
import { lostTo, type Repeat } from "../attempt.ts";
import { decideAllowed } from "../decide.ts";
import type { Loaded } from "../load-records.ts";
import type { EngineSettings } from "../options.ts";
import type { Request } from "../request.ts";
import { heldByHolder, holderLook } from "./holder.ts";
import { lookedAround } from "./look-around.ts";

/** A refusal by a policy, and what lies around now. Nothing else has changed since it was read. */
interface Doubtful {
  readonly refusal: Refusal;
  readonly loaded: Loaded;
  readonly around: readonly Surroundings[];
}

/**
 * The refusal of one moment. What lay around was read first, and what the holder holds after it. If the former is as it
 * was, all of it was true during the second read. At a busy provider it never is, but then the holder's own list hardly
 * changes: the policies decide anew on what lies around now, and if the list is still the same afterwards, all was true
 * at the moment of that read.
 */
export async function refusedAround(
  settings: EngineSettings,
  request: Request,
  { refusal, loaded, around }: Doubtful,
  context: Context,
): Promise<Refusal | Repeat> {
  const { looked, agendas, records } = loaded;
  const { seen } = records;
  const now = lookedAround(looked?.look.arounds ?? [], around, context, zonesSeenIn(seen.around ?? noZones));
  const isAsRead = ({ id, version }: Agenda) => agendas.some((one) => one.id === id && one.version === version);
  const written = now.agendas.filter((agenda) => !isAsRead(agenda)).map(keyOf);
  if (written.length === 0 && JSON.stringify(now.around) === JSON.stringify(seen.around)) return refusal;
  if (!(await isListUnchanged(settings, request, loaded, context))) return lostTo(written);
  seen.around = now.around;
  const decision = decideAllowed(settings, request, seen, context);
  return isRefusal(decision) ? decision : lostTo(written);
}

/** Whether the holder's list is all that was read after what lies around, and is still the same. */
async function isListUnchanged(
  settings: EngineSettings,
  request: Request,
  { reads, looked, listed, records: { seen } }: Loaded,
  context: Context,
): Promise<boolean> {
  const holder = holderLook(settings, request, seen);
  if (holder === undefined || seen.ofHolder === undefined || looked === undefined) return false;
  if (listed !== looked.read + 1 || listed !== reads.length - 1) return false;
  const now = await heldByHolder(settings, holder, context, request.patience.until);
  return versionsIn(now) === versionsIn(seen.ofHolder);
}

const versionsIn = ({ slots, isCut }: HeldByHolder): string =>
  `${isCut} ${slots.map(({ id, version }) => `${version} ${id}`).join()}`;
