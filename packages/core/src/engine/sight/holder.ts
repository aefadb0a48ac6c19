import { type Agenda, agendaIdOf } from "../../model/agenda.ts";
import { limits } from "../../model/limits.ts";
import type { RecordKey } from "../../model/record.ts";
import type { Context, Seen } from "../../rules/decision.ts";
import type { HeldByHolder } from "../../rules/sight.ts";
import type { EngineSettings } from "../options.ts";
import type { Request } from "../request.ts";

/** What an attempt has to know of a holder, once somebody's policies count holds. */
export interface HolderLook {
  readonly holderId: string;
  /** Two commands after which the same holder holds more, or for longer, meet on it. */
  readonly agenda: RecordKey;
  /** Whether policies are asked about what is held. `extend` holds nothing that was not counted before. */
  readonly isCounted: boolean;
}

/** Undefined if the command holds nothing for a holder with an id, or it is not known yet whether it does. */
export function holderLook(
  { seesHolders }: EngineSettings,
  { name, command }: Pick<Request, "name" | "command">,
  seen: Seen,
): HolderLook | undefined {
  if (!seesHolders || (name !== "hold" && name !== "extend")) return undefined;
  const { slotId = "", holderId } = command;
  const holder = name === "hold" ? holderId : seen.slot(slotId)?.hold?.holderId;
  if (holder === undefined || holder === null) return undefined;
  return { holderId: holder, agenda: { kind: "agenda", id: agendaIdOf("holder", holder) }, isCounted: name === "hold" };
}

/** Read after the agenda, and so never older than it. */
export async function heldByHolder(
  { storage }: EngineSettings,
  { holderId }: HolderLook,
  { now }: Context,
  until: number,
): Promise<HeldByHolder> {
  const limit = limits.rowsAround + 1;
  const slots = await storage.findSlots({ holderId, statuses: ["held"], asOf: now, limit }, until);
  return { slots, isCut: slots.length === limit };
}

/** The agenda as it was read, which is at version 0 if there is none yet. */
export const agendaAsRead = (id: string, stored: { readonly version?: number } | undefined): Agenda => {
  return { kind: "agenda", id, version: stored?.version ?? 0 };
};
