import { useSyncExternalStore } from "react";
import { isDate } from "../time/days.ts";

const viewNames = ["find", "appointments", "calendar", "waiting", "hours", "sync"] as const;
export type ViewName = (typeof viewNames)[number];

/** Where on the page somebody is: all of it is in the address, so that reloading, going back and sending a link work. */
export interface Route {
  /** Who is looking. */
  readonly as: string | null;
  /** Null: the first of those that this person has. */
  readonly view: ViewName | null;
  /** A date of the calendar. Null: today. */
  readonly day: string | null;
  readonly span: "day" | "week";
  readonly facility: string | null;
  readonly provider: string | null;
  /** The slot whose dialog is open. */
  readonly slot: string | null;
}

function readRoute(search: string): Route {
  const asked = new URLSearchParams(search);
  const day = asked.get("day");
  return {
    as: asked.get("as"),
    view: viewNames.find((name) => name === asked.get("view")) ?? null,
    day: day !== null && isDate(day) ? day : null,
    span: asked.get("span") === "day" ? "day" : "week",
    facility: asked.get("facility"),
    provider: asked.get("provider"),
    slot: asked.get("slot"),
  };
}

/** The address with these changes. What nobody asked for is not in it. */
export function addressOf(search: string, changes: Partial<Route>): string {
  const asked = new URLSearchParams(search);
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) asked.delete(name);
    else asked.set(name, value);
  }
  return `?${asked}`;
}

/** Goes somewhere: a new entry of the browser's history, or, with `replace`, the same one. */
export function go(changes: Partial<Route>, { replace = false }: { readonly replace?: boolean } = {}): void {
  const address = addressOf(location.search, changes);
  if (address === location.search) return;
  history[replace ? "replaceState" : "pushState"](null, "", address);
  for (const listener of [...listeners]) listener();
}

export function useRoute(): { readonly route: Route; readonly go: typeof go } {
  const search = useSyncExternalStore(subscribe, () => location.search);
  return { route: readRoute(search), go };
}

const listeners = new Set<() => void>();

function subscribe(listener: () => void): () => void {
  listeners.add(listener);
  addEventListener("popstate", listener);
  return () => {
    listeners.delete(listener);
    removeEventListener("popstate", listener);
  };
}
