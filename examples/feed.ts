import { sqliteAdapter } from "@slotwright/adapter-sqlite";
import { createEngine, type JournalEntry } from "@slotwright/core";

const storage = sqliteAdapter({ filename: ":memory:" });
await storage.migrate();
const engine = createEngine({ storage });

const provider = { kind: "provider", id: "dr-weber" };
const place = { providerId: "dr-weber", facilityId: "north-clinic" };
const times = [
  { start: "2027-03-22T09:00:00+01:00", end: "2027-03-22T09:30:00+01:00" },
  { start: "2027-03-22T09:30:00+01:00", end: "2027-03-22T10:00:00+01:00" },
];
await engine.createSlots({ actor: provider, ...place, slots: times });

// A screen of free slots. The cursor comes first: what changes while the slots are read then follows in the feed.
const { cursor } = await engine.changes({ after: "end" });
const { items } = await engine.listSlots({ providerIds: ["dr-weber"], statuses: ["available"] });
const free = new Map(items.map((slot) => [slot.id, slot.version]));

/** Keeps the screen up to date. An entry that the list has seen already is older than the slot on the screen. */
function apply({ recordKind, recordId, version, toStatus }: JournalEntry): void {
  if (recordKind !== "slot" || version <= (free.get(recordId) ?? 0)) return;
  if (toStatus === "available") free.set(recordId, version);
  else free.delete(recordId);
}

const leaving = new AbortController();
const following = (async () => {
  for await (const { entries } of engine.subscribe({ after: cursor, signal: leaving.signal })) {
    for (const entry of entries) {
      apply(entry);
      const changed = Object.entries(entry.changes).map(([field, { from, to }]) => `${field} ${from ?? "–"} > ${to}`);
      console.log(`${entry.command} by ${entry.actor.id}: ${entry.recordKind} ${changed.join(", ")}`);
    }
    console.log(`Free slots: ${free.size}`);
    if (free.size === 1) leaving.abort();
  }
})();

const slotId = items[0]?.id ?? "";
await engine.book({ actor: { kind: "patient", id: "ada" }, slotId, subjectId: "ada" });
await following;
await storage.close();
