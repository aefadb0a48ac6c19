import { type Person, type Provider, patients, providers } from "../../../people.ts";

/** Whom the demo's stand-in for a sign-in lets choose. */
export interface People {
  readonly providers: readonly Provider[];
  readonly patients: readonly Person[];
  readonly warning: string;
}

const ofTheExample: People = {
  providers,
  patients,
  warning: "This is not a sign-in: there are no passwords, and the address says who you are.",
};

export async function readPeople(): Promise<People> {
  const answer = await fetch("/people");
  return answer.ok ? ((await answer.json()) as People) : ofTheExample;
}
