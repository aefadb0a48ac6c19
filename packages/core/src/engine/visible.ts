import type { Appointment } from "../model/appointment.ts";
import { copyOf } from "../model/plain-json.ts";
import type { JournaledRecord } from "../model/record.ts";
import { type HideableField, hiding, type Shown } from "../model/shown.ts";
import type { Slot } from "../model/slot.ts";
import { hiddenBy, wrongView } from "../rules/answers.ts";
import type { ChangesRequest, HistoryRequest, ListRequest, ReadRequest } from "../rules/authorize.ts";
import type { EngineSettings } from "./options.ts";

type ViewRequest = ReadRequest | ListRequest | HistoryRequest | ChangesRequest;
/** Distributes over the union. */
type Unsigned<Request> = Request extends unknown ? Omit<Request, "actor"> : never;

/** Whether everything may be seen: the host itself reads, or it has no `authorize`. */
export function isOpen({ authorize, actor }: EngineSettings): boolean {
  return authorize === undefined || actor === undefined;
}

/**
 * The fields that the engine's actor may not see: none if it has no actor, since it is then the host itself that reads.
 * Undefined if the actor may not see it at all.
 */
export async function hiddenFrom(
  { authorize, actor, noteWrongAnswer }: EngineSettings,
  request: Unsigned<ViewRequest>,
): Promise<readonly HideableField[] | undefined> {
  if (authorize === undefined || actor === undefined) return [];
  const answer = await authorize(copyOf({ ...request, actor }));
  const hidden = hiddenBy(answer);
  if (hidden === "wrong") noteWrongAnswer(request.action, wrongView(answer));
  return typeof hidden === "string" ? undefined : hidden;
}

/** The record as the engine's actor may see it. Undefined if there is none, or they may not. */
export async function shownTo<Record extends JournaledRecord>(
  settings: EngineSettings,
  record: Record | undefined,
  now: Date,
): Promise<Shown<Record> | undefined> {
  if (record === undefined) return undefined;
  const hidden = await hiddenFrom(settings, { action: "read", now, record });
  return hidden && hiding(record, hidden);
}

/** The filters that are not named like the field that they look at. */
const filterBy: Partial<Record<HideableField, string>> = { hold: "holderId" };

/** How the engine's actor sees the records of a list. Undefined if they see all of it. */
export function showInList<Record extends Slot | Appointment>(
  settings: EngineSettings,
  filters: object,
  now: Date,
): ((record: Record) => Promise<Shown<Record> | undefined>) | undefined {
  if (isOpen(settings)) return undefined;
  return async (record) => {
    const hidden = await hiddenFrom(settings, { action: "list", now, record });
    // To be found by a field would tell what it holds.
    if (hidden === undefined || hidden.some((field) => Object.hasOwn(filters, filterBy[field] ?? field)))
      return undefined;
    return hiding(record, hidden);
  };
}
