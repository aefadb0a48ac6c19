import type { ShownAppointment, ShownSlot } from "@slotwright/client";

export type ActionName =
  | "breakHold"
  | "breakHoldAndBlock"
  | "block"
  | "unblock"
  | "checkIn"
  | "complete"
  | "markNoShow"
  | "cancel";

/** What stands on the buttons. What is told afterwards is told of every command in the same words. */
export const actionLabels: Readonly<Record<ActionName, string>> = {
  breakHold: "End the hold",
  breakHoldAndBlock: "End it and block",
  block: "Block",
  unblock: "Unblock",
  checkIn: "Has arrived",
  complete: "Took place",
  markNoShow: "Did not come",
  cancel: "Cancel the appointment",
};

/** Whether it takes away what somebody holds: they are told why. */
export const endsHold = (name: ActionName): name is "breakHold" | "breakHoldAndBlock" =>
  name === "breakHold" || name === "breakHoldAndBlock";

/** The other calendar that says that the slot's time is taken. Null if none does. */
export function busySourceOf({ metadata }: Pick<ShownSlot, "metadata">): string | null {
  const { source } = (metadata?.busy ?? {}) as { readonly source?: unknown };
  return typeof source === "string" ? source : null;
}

/** What the staff can do about a slot. Whether it is allowed then is the engine's to say. */
export function actionsOf(
  slot: Pick<ShownSlot, "status" | "metadata">,
  of: ShownAppointment["status"] | undefined,
): readonly ActionName[] {
  const { status } = slot;
  if (status === "available") return ["block"];
  if (status === "held") return ["breakHold", "breakHoldAndBlock"];
  // Blocked for another calendar, it stays so for as long as that one says.
  if (status === "blocked") return busySourceOf(slot) === null ? ["unblock"] : [];
  if (of === "confirmed") return ["checkIn", "complete", "markNoShow", "cancel"];
  if (of === "checked_in") return ["complete", "markNoShow", "cancel"];
  return [];
}
