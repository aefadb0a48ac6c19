import assert from "node:assert/strict";
import {
  type JournalEntry,
  type JournalPage,
  type JournalsQuery,
  limits,
  type StorageAdapter,
} from "@slotwright/core/adapter";
import type { ConformanceCase } from "../harness.ts";
import { journalOf } from "../journal-of.ts";
import { creation, slotAt, transitionOf } from "../records.ts";

type Written = ReadonlyMap<string, readonly JournalEntry[]>;

/** As many slots as one call may ask about, of which each has one to four entries. */
async function writeJournals(storage: StorageAdapter): Promise<Written> {
  const slots = Array.from({ length: limits.journalPages }, (_, index) => slotAt(index * 30));
  const transitions = [creation(...slots)];
  for (const [index, slot] of slots.entries())
    for (let version = 2; version <= (index % 4) + 1; version++)
      transitions.push(transitionOf(`${slot.id}-${version}`, { ...slot, version, status: "blocked" }));
  for (const transition of transitions) await storage.commit([transition]);
  return Map.groupBy(
    transitions.flatMap(({ journal }) => journal),
    ({ recordId }) => recordId,
  );
}

/** Pages of the last of these slots, and one of an appointment that there is none of. */
function pagesOf(written: Written, count: number, descending: boolean): readonly JournalPage[] {
  const ids = [...written.keys()].slice(-count + 1);
  const pages: JournalPage[] = ids.map((id, index) => ({
    record: { kind: "slot", id },
    limit: (index % 3) + 1,
    ...(index % 2 === 1 && { afterVersion: descending ? 3 : 1 }),
  }));
  return pages.toSpliced(1, 0, { record: { kind: "appointment", id: ids[0] ?? "" }, limit: 5 });
}

function expectedOf(
  written: Written,
  { pages, descending = false }: JournalsQuery,
): readonly (readonly JournalEntry[])[] {
  return pages.map(({ record, limit, afterVersion = descending ? limits.version : 0 }) => {
    const all = record.kind === "slot" ? (written.get(record.id) ?? []) : [];
    const beyond = all.filter(({ version }) => (descending ? version < afterVersion : version > afterVersion));
    return (descending ? beyond.toReversed() : beyond).slice(0, limit);
  });
}

export const contractJournalCases: readonly ConformanceCase[] = [
  {
    key: "contract.journal",
    title: "readJournals returns one record's entries in the order of their versions, exactly as written",
    async run({ storage, second }) {
      const created = creation(slotAt(0));
      await storage.commit([created]);
      const blocked = slotAt(0, { version: 2, status: "blocked" });
      const transition = transitionOf("block", blocked);
      const reason = "Urlaub – “holiday” 🏖\n2nd line";
      const journal = transition.journal.map((entry) => ({ ...entry, reason }));
      await storage.commit([{ ...transition, journal }]);
      const written = [...created.journal, ...journal];
      const query = { record: { kind: "slot", id: "slot-0" }, limit: 10 } as const;
      assert.deepEqual(await journalOf(second, query), written);
      assert.deepEqual(await journalOf(second, { ...query, limit: 1 }), written.slice(0, 1));
      assert.deepEqual(await journalOf(second, { ...query, afterVersion: 1 }), written.slice(1));
      assert.deepEqual(await journalOf(second, { ...query, record: { kind: "slot", id: "none" } }), []);
      const latest = { ...query, descending: true };
      assert.deepEqual(await journalOf(second, latest), written.toReversed());
      assert.deepEqual(await journalOf(second, { ...latest, limit: 1 }), written.slice(-1));
      assert.deepEqual(await journalOf(second, { ...latest, afterVersion: 2 }), written.slice(0, 1));
    },
  },
  {
    key: "contract.journals",
    title: "readJournals returns pages of many journals at once, each from its own version and up to its own limit",
    async run({ storage, second }) {
      const written = await writeJournals(storage);
      for (const descending of [false, true])
        for (const count of [2, 7, 9, limits.journalPages]) {
          const query = { pages: pagesOf(written, count, descending), descending };
          assert.deepEqual(await second.readJournals(query), expectedOf(written, query));
        }
      assert.deepEqual(await second.readJournals({ pages: [] }), []);
    },
  },
];
