import { issueAt, type Path } from "../engine/input-issues.ts";
import { BookingError } from "../errors/index.ts";
import type { IssueCode, IssueValues } from "../model/input-issue.ts";

/** Where in the calendar something is: `["calendar", "vevent", 3]`, and by what UID its author finds it. */
export interface Where {
  readonly path: Path;
  readonly uid?: string | undefined;
}

/** A property of what is there. */
export const propertyOf = ({ path, uid }: Where, name: string): Where => ({ path: [...path, name.toLowerCase()], uid });

/** Longer UIDs are cut in messages. */
const shownLength = 100;

/** @throws BookingError `invalid_input` */
export function refuseIn(
  { path, uid }: Where,
  coded: { readonly code: IssueCode } & IssueValues,
  message: string,
): never {
  const named = uid === undefined ? message : `${message} (UID ${uid.slice(0, shownLength)})`;
  throw new BookingError("invalid_input", { issues: [issueAt(path, coded, named)] });
}
