import { type Client, createClient } from "@slotwright/client";
import { createContext, useContext } from "react";
import type { Directory } from "../../people.ts";

/** Who the address says is looking at the page: the demo's stand-in for a sign-in. */
export function personInAddress(): string | null {
  return new URLSearchParams(location.search).get("as");
}

export const headersOf = (person: string) => ({ "x-clinic-person": person });

export async function readDirectory(person: string): Promise<Directory | undefined> {
  const answer = await fetch("/directory", { headers: headersOf(person) });
  return answer.ok ? ((await answer.json()) as Directory) : undefined;
}

export function clientOf(person: string): Client {
  return createClient({ url: "/api", owner: person, headers: headersOf(person) });
}

export const DirectoryContext = createContext<Directory | null>(null);

export function useDirectory(): Directory {
  const directory = useContext(DirectoryContext);
  if (directory === null) throw new Error("There is no DirectoryContext around this component.");
  return directory;
}
