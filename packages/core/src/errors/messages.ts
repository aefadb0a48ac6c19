import type { InputIssue, IssueCode } from "../model/input-issue.ts";
import type { DetailsOf, ErrorCode, MaybeCreated } from "./details.ts";
import { issueNotices } from "./issue-notices.ts";
import { createdText, type Notice, notices } from "./notices.ts";
import { type Phrasing, phrasingFor } from "./phrasing.ts";
import { type ScreenDetails, screenDetails } from "./screen-details.ts";

/**
 * Texts of your own for the person at the screen, by code, for example in another language. Each gets all details of the
 * error, also those that are not shown. What is missing stays English.
 */
export type Messages = { readonly [C in ErrorCode]?: Notice<C> } & {
  /**
   * The text if a guard of the database refused a command, or a function of yours gave an answer that does not count:
   * something is wrong with the system. The text for the code is not asked then.
   */
  readonly system?: (phrasing: Phrasing) => string;
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

/** What a screen shows of an error. */
export interface OnScreen<C extends ErrorCode> {
  readonly text: string;
  readonly details: ScreenDetails[C] & MaybeCreated;
}

/** The error for the person at the screen. */
export function onScreen<C extends ErrorCode>(
  code: C,
  details: DetailsOf<C>,
  { locale, timeZone, messages = {} }: ScreenOptions,
): OnScreen<C> {
  const phrasing = phrasingFor(locale, ["timeZone" in details ? (details.timeZone as string) : undefined, timeZone]);
  const text = textFor(code, details, phrasing, messages);
  const seen = screenDetails(code, details);
  if (!("issues" in seen)) return { text, details: seen };
  const issues = (seen.issues as readonly InputIssue[]).map((issue) => shownIssue(issue, messages.issues, phrasing));
  return { text, details: { ...seen, issues } };
}

function textFor<C extends ErrorCode>(code: C, details: DetailsOf<C>, phrasing: Phrasing, messages: Messages): string {
  // What the details then say is for developers, and a text of the host's would pass it on.
  const isOurs = "unanswered" in details || "guard" in details;
  if (isOurs && messages.system !== undefined) return messages.system(phrasing);
  const own = isOurs ? undefined : (messages[code] as Notice<C> | undefined);
  return own === undefined ? notices[code](details, phrasing) + createdText(details) : own(details, phrasing);
}

function shownIssue(issue: InputIssue, texts: Messages["issues"] = {}, phrasing: Phrasing): InputIssue {
  const { code } = issue;
  const message = (texts[code] ?? issueNotices[code] ?? issueNotices.invalid)(issue, phrasing);
  return { ...issue, message };
}
