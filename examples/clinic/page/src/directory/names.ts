import type { Directory, Facility } from "../../../people.ts";

/** What people and places are called. What the directory does not have is called by its id. */
export interface Names {
  readonly provider: (id: string) => string;
  /** A patient's name; "a patient" where this reader may not know whose it is. */
  readonly patient: (id: string | null) => string;
  readonly facility: (id: string) => string;
  /** The time zone of a facility. */
  readonly zone: (facilityId: string) => string;
}

export function namesOf({ facilities, providers, patients }: Directory): Names {
  const facilityOf = (id: string): Facility | undefined => facilities.find((facility) => facility.id === id);
  return {
    provider: (id) => providers.find((provider) => provider.id === id)?.name ?? id,
    patient: (id) => patients.find((patient) => patient.id === id)?.name ?? id ?? "a patient",
    facility: (id) => facilityOf(id)?.name ?? id,
    zone: (id) => facilityOf(id)?.timeZone ?? "UTC",
  };
}
