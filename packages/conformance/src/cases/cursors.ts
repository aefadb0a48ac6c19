import assert from "node:assert/strict";
import { type ActorEngine, buffer, isBookingError, type LiveOfSubject, type Page } from "@slotwright/core";
import { engineOn, minutes, patient, place, provider, publish } from "../fixtures.ts";
import type { ConformanceCase } from "../harness.ts";
import { idsOf, withLive } from "../live-slots.ts";
import { desk } from "./access-stage.ts";

type Read = (engine: ActorEngine, page: object) => Promise<Page<unknown>>;

interface Kind {
  readonly read: Read;
  readonly own: object;
  /** What chooses other items, or another order. */
  readonly others: readonly object[];
  /** What chooses the same ones, written in another way. */
  readonly same: readonly object[];
  /** Whether another actor may go on. */
  readonly isForAll?: true;
}

const window = { from: minutes(-60), to: minutes(600) };
const ofTwo = { providerIds: [place.providerId, "dr-house"] };

const recordKind = (read: Read, others: readonly object[]): Kind => ({
  read,
  own: { ...window, ...ofTwo },
  others: [
    { newestFirst: true },
    { from: minutes(-59) },
    { to: minutes(599) },
    { to: undefined },
    { providerIds: [place.providerId] },
    { facilityId: place.facilityId },
    ...others,
  ],
  same: [{ limit: 3 }, { from: window.from.toISOString() }],
});

/** The lists that there are. `ids` are those of a slot and of another one. */
const kindsOf = ([slotId, otherId]: readonly string[]): Readonly<Record<string, Kind>> => ({
  slots: recordKind((engine, page) => engine.listSlots(page), [{ statuses: ["available"] }]),
  appointments: recordKind(
    (engine, page) => engine.listAppointments(page),
    [{ subjectId: "p-1" }, { statuses: ["confirmed"] }, { requestStates: ["open"] }],
  ),
  "free times": {
    read: (engine, page) => engine.findOpen(page),
    own: { ...window, ...ofTwo },
    others: [
      { order: "latest" },
      { to: minutes(599) },
      { providerIds: [place.providerId] },
      { facilityId: place.facilityId },
      { subjectId: "p-1" },
    ],
    // A search from now on begins later with each page.
    same: [{ limit: 3 }, { from: minutes(0) }],
    isForAll: true,
  },
  "what somebody can book": {
    read: (engine, page) => engine.findOpen(page),
    own: { ...window, ...ofTwo, subjectId: "p-1" },
    others: [{ subjectId: "p-2" }, { subjectId: undefined }],
    same: [{ limit: 3 }],
  },
  history: {
    read: (engine, page) => engine.history({ slotId, ...page } as never),
    own: {},
    others: [{ slotId: otherId }, { newestFirst: true }],
    same: [{ limit: 3 }],
  },
});

async function refuseCursor(page: Promise<unknown>, what: string, at = "cursor"): Promise<void> {
  const answer = await page.then(
    () => "it was answered",
    (error: unknown) => error,
  );
  if (!isBookingError(answer, "invalid_input")) assert.fail(`${what}: ${String(answer)}`);
  const issues = answer.details.issues.map(({ path, code }) => [path, code]);
  assert.deepEqual(issues, [[at, "not_a_cursor"]], what);
}

/** The second page, by a cursor of the first, read in other ways: the cursor, and what it has to go on with. */
async function begun(reader: ActorEngine, name: string, { read, own, same }: Kind): Promise<string> {
  const { nextCursor: cursor } = await read(reader, { ...own, limit: 1 });
  assert.ok(cursor !== null, `${name} has a second page`);
  const rest = (await read(reader, own)).items.slice(1);
  for (const one of [{}, ...same]) {
    const { items } = await read(reader, { ...own, ...one, cursor });
    assert.ok(items.length > 0, name);
    assert.deepEqual(items, rest.slice(0, items.length), `${name} ${JSON.stringify(one)}`);
  }
  return cursor;
}

export const cursorCases: readonly ConformanceCase[] = [
  {
    key: "booking.cursors",
    title:
      "a cursor goes on with its own list, and is refused by another one, with other filters, and to another actor",
    async run({ storage, second }) {
      const engine = engineOn(storage);
      const ids = (await publish(engine, 8)).map(({ id }) => id);
      for (const slotId of ids.slice(0, 4)) await engine.book({ actor: patient, slotId, subjectId: "p-1" });
      const kinds = Object.entries(kindsOf(ids));
      const reader = engineOn(second).as(patient);
      for (const [name, kind] of kinds) {
        const { read, own, others, isForAll } = kind;
        const cursor = await begun(reader, name, kind);
        for (const other of others) {
          await refuseCursor(read(reader, { ...own, ...other, cursor }), `${name} with ${JSON.stringify(other)}`);
        }
        for (const [another, { read, own }] of kinds.filter(([another]) => another !== name)) {
          await refuseCursor(read(reader, { ...own, cursor }), `${another} with a cursor of ${name}`);
        }
        for (const actor of [desk, provider, { kind: "staff", id: patient.id }]) {
          const page = read(engine.as(actor), { ...own, cursor });
          await (isForAll ? page : refuseCursor(page, `${name}, begun by another than ${actor.id}`));
        }
        await refuseCursor(reader.changes({ after: cursor }), `the feed with a cursor of ${name}`, "after");
      }
    },
  },
  {
    key: "booking.cursors-live",
    title: "a search of live slots for a subject goes on with its cursors, whichever of memory and database answers",
    async run({ storage, second }) {
      const engine = engineOn(storage);
      const ids = (await publish(engine, 8)).map(({ id }) => id);
      // It holds no other facility, at which this policy looks as well, so the database is asked.
      const asking = engineOn(second, { policies: [buffer({ beforeMinutes: 0, afterMinutes: 0 })] });
      await withLive(engine, window, (inMemory) =>
        withLive(asking, { ...window, facilityId: place.facilityId }, async (inDatabase) => {
          const of = (subjectId: string) =>
            [inMemory, inDatabase].map((live) => live.forSubject({ actor: patient, subjectId }));
          const searches = await Promise.all(of("p-1"));
          for (const [first, then] of [searches, searches.toReversed()] as [LiveOfSubject, LiveOfSubject][]) {
            const { items, nextCursor: cursor } = await first.findOpen({ limit: 3 });
            const rest = await then.findOpen({ cursor });
            assert.notEqual(rest.source, (await first.findOpen()).source);
            assert.deepEqual(idsOf([...items, ...rest.items]), ids);
            for (const other of await Promise.all(of("p-2"))) {
              await refuseCursor(other.findOpen({ cursor }), "a search for another subject");
            }
            await refuseCursor(engine.findOpen({ ...window, cursor }), "a search for nobody");
          }
        }),
      );
    },
  },
];
