import type { Slot } from "./slot.ts";

/**
 * The form of the ids of slots that are made of computed openings, a UUID of version 8, as a pattern of SQL, in which `_` is any one
 * character. No other slot may have such an id.
 */
export const computedIdPattern = "________-____-8___-____-____________";

/** Whether a slot with this id was made of a computed opening. */
export const isComputedId = (id: string): boolean => /^.{8}-.{4}-8.{3}-.{4}-.{12}$/su.test(id);

/** What becomes of a slot whose appointment or hold is over. One that was made of a computed opening is withdrawn. */
export const statusWhenFreed = ({ id }: Pick<Slot, "id">): "available" | "withdrawn" =>
  isComputedId(id) ? "withdrawn" : "available";
