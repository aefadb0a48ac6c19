import { conformanceCases } from "@slotwright/conformance";
import { openMemoryStore } from "@slotwright/conformance/fixtures";
import { describe, expect, it } from "vitest";
import { reasonOfEquivalence } from "../src/mutants/equivalents.ts";
import { fateOf } from "../src/mutants/fate.ts";
import { mutants } from "../src/mutants/index.ts";
import { reportOf } from "../src/mutants/run.ts";
import { scoreOf } from "../src/report.ts";

const fateIn = (key: string, caseKey: string) => {
  const mutant = mutants.find((one) => one.key === key);
  const cases = conformanceCases.filter((one) => one.key === caseKey);
  if (mutant === undefined || cases.length === 0) throw new Error(`There is no ${key}, or no ${caseKey}.`);
  return fateOf(mutant, { cases, open: openMemoryStore as never, propertyRuns: 1 });
};

describe("mutants", () => {
  // `prove` tries all of them. These are of the kinds that once got past the suite.
  it.each([
    ["load compares ids without regard to case", "contract.capitals"],
    ["findSlots looks for a lower case facility", "contract.capitals"],
    ["commit attributes the entries of a batch to its first command", "contract.batch-attribution"],
    ["findSlots lets holds expire a millisecond early", "contract.edges-of-holds"],
    ["findAppointments has those that start before startFrom", "contract.edges"],
    ["agendas.version is one more", "contract.agenda"],
    ["agendas.version keeps its first value", "contract.agenda-meets"],
    ["agendas.id loses capitals", "contract.around-any-text"],
    ["agendas.id composes accents", "contract.agenda"],
    ["commit does not compare the status that a slot is expected with", "contract.commit-expected-status"],
    ["commit does not write agendas", "contract.agenda-unwritten"],
    ["commit does not write the agendas of holders", "holder-caps.meetings"],
    ["loadAround reads agendas after their lists", "races.around"],
    ["loadAround looks around a lower case slot", "contract.around-any-text"],
    ["findSlots looks for a lower case holder", "holders.stored"],
    ["availabilities.time_zone loses trailing spaces", "contract.fields"],
    ["commit keeps what rests on a transition that is not committed", "contract.rests-on-stale"],
    ["commit keeps what rests on a transition that took effect before", "contract.rests-on-replayed"],
    ["schedules.time_zone loses trailing spaces", "contract.fields"],
    ["slots.hold_expires_at loses milliseconds", "contract.fields"],
    ["findOpen has one more than the limit", "contract.open-pages"],
    ["findOpen looks for a lower case facility", "contract.open-restricted"],
    ["storeRelay compares the version before it writes", "contract.relay-race"],
    ["storeRelay marks entries before they are handed over", "relay.crash"],
    ["storeRelay ignores the version", "relay.fenced"],
    ["readFeed finds that a position does not fit only once its pages reach the entry", "contract.feed-reset-at-once"],
    ["readFeed has the versions of each record in the reverse order", "relay.every-entry"],
    ["commit does not write the schedule of block", "publish.blocked-meanwhile"],
    ["commit does not write the schedule of createSlots", "publish.created-meanwhile"],
    ["commit does not write the schedule of setAvailability", "publish.between"],
    ["commit forgets the busy times that are gone", "busy.replaced"],
    ["findSlots has ended holds of openings as available", "contract.find-slots-computed"],
    ["findOpen has ended holds of openings as available", "contract.find-slots-computed"],
    ["findSlots never has what is withdrawn", "publish.back-and-forth"],
    ["load shows hours as they were first", "computed.freed"],
  ])("one whose %s is killed by %s", async (mutant, caseKey) => {
    expect(await fateIn(mutant, caseKey)).toEqual({ mutant, killedBy: caseKey });
  });

  it("are not killed by a case that fails once because the machine is busy, if it has to fail again", async () => {
    let runs = 0;
    const flaky = { key: "a.case", title: "fails once", run: async () => expect(++runs).toBeGreaterThan(1) };
    const trial = { cases: [flaky], open: openMemoryStore as never, propertyRuns: 1, failures: 3 };
    expect(await fateOf(mutants[0] as (typeof mutants)[number], trial)).toMatchObject({ killedBy: undefined });
    expect(runs).toBe(2);
  });

  it("have unique keys", () => {
    expect(new Set(mutants.map(({ key }) => key)).size).toBe(mutants.length);
  });

  it("that are equivalent are few, and do not count towards the score", () => {
    const equivalent = mutants.filter(({ key }) => reasonOfEquivalence(key) !== undefined);
    expect(equivalent.length).toBeGreaterThan(10);
    expect(equivalent.length).toBeLessThan(mutants.length / 10);
    const [first, second, third] = mutants.filter((one) => !equivalent.includes(one));
    const report = reportOf([
      { mutant: first?.key ?? "", killedBy: "a case" },
      { mutant: second?.key ?? "", killedBy: "a case" },
      { mutant: third?.key ?? "", killedBy: undefined },
      { mutant: equivalent[0]?.key ?? "", killedBy: undefined },
      { mutant: equivalent[1]?.key ?? "", killedBy: "a case" },
    ]);
    expect(report).toMatchObject({ mutants: 5, equivalent: 1, survivors: [third?.key] });
    expect(report.wronglyEquivalent).toEqual([equivalent[1]?.key]);
    expect(scoreOf(report)).toBe("3 of 4 mutants were killed (75 %), and 1 others are equivalent.");
  });
});
