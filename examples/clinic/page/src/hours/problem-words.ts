import type { InputIssue } from "@slotwright/core";

const ofField: Readonly<Record<string, string>> = {
  from: "This is no time of the day.",
  to: "It must end after it begins. If it goes on after midnight, mark the next day.",
  days: "Choose a day.",
  first: "This is no date.",
  last: "The last day must not be before the first.",
  minutes: "An appointment has from 1 to 2880 minutes.",
};

/** What is wrong with a part of the hours, in words for the people of a clinic. */
export function problemInWords({ path, message }: Pick<InputIssue, "path" | "message">): string {
  const field = path.split(".").at(-1) ?? "";
  // What is said of a whole window is about others.
  return /^\d+$/.test(field) ? "It overlaps other hours." : (ofField[field] ?? message);
}
