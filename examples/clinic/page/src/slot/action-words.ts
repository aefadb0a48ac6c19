import type { ShownAppointment, ShownSlot } from "@slotwright/client";

export type ActionName = "block" | "unblock" | "checkIn" | "complete" | "markNoShow" | "cancel";

interface ActionWords {
  /** On its button. */
  readonly label: string;
  /** Told once it is done. */
  readonly done: string;
  /** Told if it is refused. */
  readonly refused: string;
}

export const actionWords: Readonly<Record<ActionName, ActionWords>> = {
  block: { label: "Block", done: "The slot is blocked", refused: "The slot was not blocked." },
  unblock: { label: "Unblock", done: "The slot is free again", refused: "The slot stays blocked." },
  checkIn: { label: "Has arrived", done: "The arrival is noted", refused: "The arrival was not noted." },
  complete: { label: "Took place", done: "The visit is noted", refused: "The visit was not noted." },
  markNoShow: { label: "Did not come", done: "That nobody came is noted", refused: "The absence was not noted." },
  cancel: { label: "Cancel the appointment", done: "Cancelled", refused: "The appointment stays." },
};

/** What the staff can do about a slot. Whether it is allowed then is the engine's to say. */
export function actionsOf(
  status: ShownSlot["status"],
  of: ShownAppointment["status"] | undefined,
): readonly ActionName[] {
  if (status === "available") return ["block"];
  if (status === "blocked") return ["unblock"];
  if (of === "confirmed") return ["checkIn", "complete", "markNoShow", "cancel"];
  if (of === "checked_in") return ["complete", "markNoShow", "cancel"];
  return [];
}
