import { journalToRow, rowToJournal } from "@slotwright/adapter-sql";
import { creation, slotAt } from "@slotwright/conformance";
import type { JournalEntry } from "@slotwright/core/adapter";
import { describe, expect, it } from "vitest";

const fields = {
  ...{ scheduleId: { to: "s" }, providerId: { to: "p" }, facilityId: { to: "f" }, seat: { to: 0 } },
  ...{
    start: { to: "2027-01-01T00:00:00.000Z" },
    end: { to: "2027-01-01T00:30:00.000Z" },
    status: { to: "available" },
  },
  ...{ appointmentId: { to: null }, hold: { to: null } },
};
const metadata = { to: { to: ["room"], from: null } };
const [sample] = creation(slotAt(0)).journal as [JournalEntry];
const made: JournalEntry = { ...sample, changes: { ...fields, metadata } };

const isWithoutNames = (entry: JournalEntry) => /^\{"to":\[/.test(journalToRow(entry).changes);

describe("what an entry changed", () => {
  it("is stored without names if it made a slot", () => {
    expect(isWithoutNames(made)).toBe(true);
    expect(rowToJournal(journalToRow(made) as never)).toEqual(made);
  });

  it.each<[string, Partial<JournalEntry>]>([
    ["fewer fields", { changes: fields }],
    ["another order", { changes: { metadata, ...fields } }],
    ["something before", { changes: { ...made.changes, seat: { from: 1, to: 0 } } }],
    ["a further field", { changes: { ...made.changes, more: { to: 1 } } }],
    ["nothing", { changes: {} }],
    ["another kind", { recordKind: "appointment" }],
    ["overrides", { overrides: [{ policy: "a", reason: "b" }] }],
  ])("keeps its names with %s", (_title, own) => {
    const entry = { ...made, ...own };
    expect(isWithoutNames(entry)).toBe(false);
    expect(rowToJournal(journalToRow(entry) as never)).toEqual(entry);
  });
});
