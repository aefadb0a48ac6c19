import { conformanceCases } from "@slotwright/conformance";
import type { EngineName } from "@slotwright/lab/engines";
import { expect, it } from "vitest";
import { mutants } from "../src/mutants/index.ts";
import { mutateEngine } from "../src/mutants/run.ts";

/** What policies, holds, requests, publishers and openings rest on in a storage, and the case that finds each flaw in it. */
const killers: Readonly<Record<string, readonly string[]>> = {
  "contract.around-edges": [
    "loadAround leaves out what ends right after from",
    "loadAround has what ends at from",
    "loadAround leaves out what starts right before to",
    "loadAround has what starts at to",
  ],
  "contract.around-any-text": [
    "loadAround looks around a lower case provider",
    "loadAround looks around a lower case subject",
    "loadAround looks around a lower case slot",
    "agendas.id loses capitals",
    "agendas.id loses trailing spaces",
    "agendas.id is cut off after 100 characters",
  ],
  "contract.around-provider": [
    "loadAround has nothing that is held",
    "loadAround has nothing that is booked",
    "loadAround takes what is held for booked",
    "loadAround loses the last of each place",
    "loadAround is in the reverse order",
    "loadAround has no agenda where there is none yet",
  ],
  "contract.around-subject": ["loadAround has no requests that wait"],
  "contract.around-agenda": [
    "loadAround answers the places in the reverse order",
    "loadAround has an agenda where there is no slot",
  ],
  "contract.around-many": ["loadAround answers the keys in the reverse order"],
  "contract.around-cut": ["loadAround never says that there is more"],
  "races.around": ["loadAround reads agendas after their lists"],
  "contract.agenda": [
    "agendas.id composes accents",
    "agendas.version is one more",
    "commit does not write the agendas of providers",
    "commit does not write the agendas of subjects",
  ],
  "contract.agenda-meets": ["agendas.version keeps its first value", "commit writes agendas over whatever they are"],
  "contract.agenda-unwritten": ["commit does not write agendas"],
  "holder-caps.meetings": ["commit does not write the agendas of holders"],
  "contract.edges-of-holds": [
    "findSlots lets holds expire a millisecond early",
    "findSlots lets holds expire a millisecond late",
  ],
  "publish.written": [
    "commit does not write the schedule of publishSlots",
    "commit does not write the schedule of importBusy",
    "commit does not write the schedule of setAvailability",
    "commit does not write the schedule of block",
    "commit does not write the schedule of createSlots",
    "commit does not write the schedule of unblock",
  ],
  "publish.zone-rules": ["commit forgets the rules of the zone that publishSlots has published by"],
  "busy.replaced": [
    "commit forgets the busy times that are gone",
    "commit forgets what importBusy sets free",
    "commit forgets what importBusy blocks",
  ],
  "computed.freed": [
    "commit leaves a slot available that was made for a booking which is cancelled",
    "load shows hours as they were first",
  ],
  "publish.agrees": ["commit makes one seat of each opening that is published"],
  "publish.back-and-forth": ["findSlots never has what is withdrawn"],
  "publish.changed-hours": [
    "findSlots has what is withdrawn among others",
    "load never has what is withdrawn",
    "commit forgets what publishSlots withdraws",
    "a search for what lies at a time finds no booked slots",
    "a search for what lies at a time finds no available slots",
  ],
  "computed.beside-stored": ["a search for what lies at a time finds no held slots"],
  "availability.access": ["load has no hours to show"],
  "holders.stored": ["findSlots does not restrict by holder", "findSlots looks for a lower case holder"],
};

const killedBy = Object.fromEntries(Object.entries(killers).flatMap(([key, names]) => names.map((one) => [one, key])));
const servers: readonly EngineName[] = ["postgres", "mysql", "mariadb"];

it("names mutants and cases that there are", () => {
  const known = new Set(mutants.map(({ key }) => key));
  expect(Object.keys(killedBy).filter((key) => !known.has(key))).toEqual([]);
  const cases = new Set(conformanceCases.map(({ key }) => key));
  expect(Object.keys(killers).filter((key) => !cases.has(key))).toEqual([]);
});

it.each(servers)(
  "flaws on which policies, holds, requests and publishers would fail are found on %s",
  async (engine) => {
    const report = { mutants: 0, killed: 0, equivalent: 0, survivors: [], wronglyEquivalent: [], killedBy };
    expect(await mutateEngine(engine, report, AbortSignal.timeout(300_000))).toEqual([]);
  },
  300_000,
);
