import { isRequestError } from "@slotwright/client";
import type { Override } from "@slotwright/core";
import { visitorZone } from "../time/format.ts";
import type { NoticeAction } from "./notice-list.ts";
import { askToPass } from "./override.ts";
import { whyRefused } from "./why.ts";

/** The part of a command that passes rules, if any are to be passed. */
export const passing = (override: readonly Override[]): { readonly override?: readonly Override[] } =>
  override.length === 0 ? {} : { override };

/** The button for the staff where a rule of the clinic is in the way: it asks for the reason, and does the same again. */
export function passingActions(
  error: unknown,
  title: string,
  again: (override: Override) => void,
): readonly NoticeAction[] {
  if (!isRequestError(error, "policy_violation")) return [];
  const { policy } = error.details as { readonly policy?: unknown };
  if (typeof policy !== "string") return [];
  const problem = whyRefused(error, visitorZone());
  const ask = () => askToPass({ policy, problem, title, onReason: (reason) => again({ policy, reason }) });
  return [{ label: "Do it all the same…", act: ask }];
}
