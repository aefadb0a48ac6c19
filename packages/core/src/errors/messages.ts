import type { InputIssue, IssueCode } from "../model/input-issue.ts";
import type { DetailsOf, EndedEarly, ErrorCode } from "./details.ts";
import { issueNotices } from "./issue-notices.ts";
import { type FaultCode, type Notice, notices, systemNotice } from "./notices.ts";
import { type Phrasing, phrasingFor } from "./phrasing.ts";
import { type ScreenDetails, screenDetails } from "./screen-details.ts";
import { storedText } from "./standing.ts";

/**
 * Texts of your own for the person at the screen, by code, for example in another language. Each gets all details of
 * the error, also those that are not shown. What is missing stays English.
 */
export type Messages = { readonly [C in Exclude<ErrorCode, FaultCode>]?: Notice<C> } & {
  /**
   * The text if the system is at fault, whatever the code. The details of such an error are for developers, so this
   * text gets none of them but `createdSoFar` and `doneSoFar`, and the text of the code is not used.
   */
  readonly system?: (details: EndedEarly, phrasing: Phrasing) => string;
  /** The texts of the issues of `invalid_input`, by their codes. */
  readonly issues?: { readonly [C in IssueCode]?: (issue: InputIssue, phrasing: Phrasing) => string };
};

/** How an error is put on a screen. */
export interface ScreenOptions {
  /** The locale of times, as in `Intl`: `de` or `de-AT`, for example. Default `en-GB`. */
  readonly locale?: string;
  /** The IANA zone of times that belong to no known schedule. Default `UTC`, which the text then says. */
  readonly timeZone?: string;
  /** Texts of your own. Default: English ones. */
  readonly messages?: Messages;
}

/** An error as it is on a screen. */
export interface OnScreen<C extends ErrorCode> {
  readonly text: string;
  readonly details: ScreenDetails[C] & EndedEarly;
}

/** The error for the person at the screen. */
export function onScreen<C extends ErrorCode>(
  code: C,
  details: DetailsOf<C>,
  { locale, timeZone, messages = {} }: ScreenOptions,
): OnScreen<C> {
  const phrasing = phrasingFor(locale, ["timeZone" in details ? (details.timeZone as string) : undefined, timeZone]);
  const text = textOf(code, details, messages, phrasing);
  const seen = screenDetails(code, details);
  if (!("issues" in seen)) return { text, details: seen };
  const issues = (seen.issues as readonly InputIssue[]).map((issue) => issueOnScreen(issue, messages.issues, phrasing));
  return { text, details: { ...seen, issues } };
}

function textOf<C extends ErrorCode>(code: C, details: DetailsOf<C>, messages: Messages, phrasing: Phrasing): string {
  const english = notices[code](details, phrasing);
  if (english === undefined) return systemText(details, messages, phrasing);
  const own = (messages as { readonly [Code in C]?: Notice<C> })[code];
  return own === undefined ? english + storedText(details) : own(details, phrasing);
}

function systemText({ createdSoFar, doneSoFar }: EndedEarly, { system }: Messages, phrasing: Phrasing): string {
  const stored = { ...(createdSoFar && { createdSoFar }), ...(doneSoFar && { doneSoFar }) };
  return system === undefined ? systemNotice + storedText(stored) : system(stored, phrasing);
}

function issueOnScreen(issue: InputIssue, texts: Messages["issues"] = {}, phrasing: Phrasing): InputIssue {
  const { code } = issue;
  const message = (texts[code] ?? issueNotices[code] ?? issueNotices.invalid)(issue, phrasing);
  return { ...issue, message };
}
