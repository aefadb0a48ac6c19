import type { People } from "../../../people.ts";

/** Whom the demo's stand-in for a sign-in lets choose. */
export async function readPeople(): Promise<People> {
  const answer = await fetch("/people");
  if (!answer.ok) throw new Error(`The server answered ${answer.status}.`);
  return (await answer.json()) as People;
}
