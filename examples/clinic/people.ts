/** Whom the clinic consists of. The server seeds by it, and the page gets from `GET /directory` what its reader may know. */

export interface Facility {
  readonly id: string;
  readonly name: string;
  readonly address: string;
  /** An IANA time zone, which all schedules of the facility have. */
  readonly timeZone: string;
}

export interface Provider {
  readonly id: string;
  readonly name: string;
  /** What they do, in a word or three. */
  readonly role: string;
  readonly facilityIds: readonly string[];
}

export interface Person {
  readonly id: string;
  readonly name: string;
}

/** What a page knows of people and places. */
export interface Directory {
  readonly me: Person & { readonly kind: "patient" | "provider" };
  readonly facilities: readonly Facility[];
  readonly providers: readonly Provider[];
  /** Of everybody for the staff; of a patient themselves only. */
  readonly patients: readonly Person[];
  /** So many days ahead free times can be searched for. */
  readonly searchableDays: number;
  /** What is to be said of the stand-in for a sign-in. */
  readonly warning: string;
}

/** Whom a visitor may say to be: `GET /people`. */
export interface People {
  readonly patients: readonly Person[];
  readonly providers: readonly Provider[];
  /** What is to be said of the stand-in for a sign-in. */
  readonly warning: string;
}

export const facilities: readonly Facility[] = [
  { id: "harbour", name: "Harbour Clinic", address: "Am Sandtorkai 12, Hamburg", timeZone: "Europe/Berlin" },
  { id: "hillside", name: "Hillside Practice", address: "Rua do Século 48, Lisbon", timeZone: "Europe/Lisbon" },
];

export const providers: readonly Provider[] = [
  { id: "dr-osei", name: "Dr Amara Osei", role: "General practice", facilityIds: ["harbour"] },
  { id: "j-lindqvist", name: "Jonas Lindqvist", role: "Physiotherapy", facilityIds: ["harbour", "hillside"] },
  { id: "sleep-lab", name: "Sleep laboratory", role: "Overnight measurements", facilityIds: ["harbour"] },
];

export const patients: readonly Person[] = [
  { id: "ada-brandt", name: "Ada Brandt" },
  { id: "ben-okafor", name: "Ben Okafor" },
  { id: "carla-nunes", name: "Carla Nunes" },
  { id: "david-meyer", name: "David Meyer" },
  { id: "elif-kaya", name: "Elif Kaya" },
  { id: "finn-larsen", name: "Finn Larsen" },
  { id: "grace-adeyemi", name: "Grace Adeyemi" },
  { id: "hugo-ferreira", name: "Hugo Ferreira" },
  { id: "ines-carvalho", name: "Inês Carvalho" },
  { id: "jan-kowalski", name: "Jan Kowalski" },
  { id: "katja-voss", name: "Katja Voß" },
  { id: "liam-byrne", name: "Liam Byrne" },
  { id: "mei-tanaka", name: "Mei Tanaka" },
  { id: "noor-haddad", name: "Noor Haddad" },
  { id: "oskar-lind", name: "Oskar Lind" },
  { id: "petra-novak", name: "Petra Nováková" },
  { id: "quentin-moreau", name: "Quentin Moreau" },
  { id: "rosa-pinto", name: "Rosa Pinto" },
  { id: "samuel-boateng", name: "Samuel Boateng" },
  { id: "tilda-berg", name: "Tilda Berg" },
  { id: "umar-siddiqui", name: "Umar Siddiqui" },
  { id: "vera-schulz", name: "Vera Schulz" },
  { id: "wim-de-vries", name: "Wim de Vries" },
  { id: "yara-costa", name: "Yara Costa" },
];
