import { sqliteAdapter } from "@slotwright/adapter-sqlite";
import { createEngine, type JournalEntry } from "@slotwright/core";

const storage = sqliteAdapter({ filename: ":memory:" });
await storage.migrate();
const engine = createEngine({ storage });

const place = { providerId: "dr-weber", facilityId: "north-clinic" };
const slots = ["09:00", "09:30", "10:00"].map((time) => {
  const start = new Date(`2027-03-22T${time}:00+01:00`);
  return { start, end: new Date(start.getTime() + 30 * 60 * 1000) };
});
const created = await engine.createSlots({ actor: { kind: "provider", id: "dr-weber" }, ...place, slots });

async function book(subjectId: string, index: number): Promise<void> {
  const slotId = created.slots[index]?.id ?? "";
  await engine.book({ actor: { kind: "patient", id: subjectId }, slotId, subjectId });
}

// A screen with the slots of one provider. First, the cursor: everything that is committed from now on comes after it.
const wanted = { providerIds: ["dr-weber"] };
const { cursor } = await engine.changes({ after: "end" });

// Somebody books meanwhile.
await book("ada", 0);

// Second, the slots: all pages of the list.
const screen = new Map<string, { status: string; version: number }>();
for (let page: string | null | undefined; page !== null; ) {
  const { items, nextCursor } = await engine.listSlots({ ...wanted, cursor: page });
  for (const { id, status, version } of items) screen.set(id, { status, version });
  page = nextCursor;
}

// Third, the feed from the cursor. What the list has shown already comes once more: its version is not higher.
function apply({ recordKind, recordId, version, toStatus }: JournalEntry): void {
  if (recordKind !== "slot" || version <= (screen.get(recordId)?.version ?? 0)) return;
  screen.set(recordId, { status: toStatus, version });
}

const leaving = new AbortController();
const following = (async () => {
  for await (const { entries } of engine.subscribe({ ...wanted, after: cursor, signal: leaving.signal })) {
    for (const entry of entries) {
      apply(entry);
      if (entry.recordKind === "appointment") continue;
      const changed = Object.entries(entry.changes).map(([field, { from, to }]) => `${field} ${from ?? "–"} > ${to}`);
      console.log(`${entry.command} by ${entry.actor.id}: slot ${changed.join(", ")}`);
    }
    const free = [...screen.values()].filter(({ status }) => status === "available").length;
    console.log(`Free slots: ${free}`);
    if (free === 1) leaving.abort();
  }
})();

await book("ben", 1);
await following;
await storage.close();
