import type { Actor } from "@slotwright/core";
import { patients, providers } from "../people.ts";

export const warning =
  "This is not a sign-in: there are no passwords, and the address says who you are. It is for looking at the example only.";

/** A STAND-IN FOR A SIGN-IN, WHICH BELIEVES EVERYBODY: who asks is what a header says. */
export function actorOf(person: string | readonly string[] | null | undefined): Actor | undefined {
  if (patients.some(({ id }) => id === person)) return { kind: "patient", id: String(person) };
  if (providers.some(({ id }) => id === person)) return { kind: "provider", id: String(person) };
  return undefined;
}
