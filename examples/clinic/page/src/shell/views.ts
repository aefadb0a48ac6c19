import type { Directory } from "../../../people.ts";
import type { ViewName } from "./route.ts";

export interface NamedView {
  readonly name: ViewName;
  readonly label: string;
}

/** Where a person can go, in the order of the navigation. The first is where they begin. */
export function viewsOf(kind: Directory["me"]["kind"]): readonly NamedView[] {
  return kind === "patient" ? patientViews : staffViews;
}

const patientViews: readonly NamedView[] = [
  { name: "find", label: "Find a time" },
  { name: "appointments", label: "My appointments" },
];

const staffViews: readonly NamedView[] = [
  { name: "calendar", label: "Calendar" },
  { name: "waiting", label: "Waiting list" },
  { name: "hours", label: "Hours" },
  { name: "sync", label: "Sync check" },
];
