import assert from "node:assert/strict";
import {
  type Actor,
  type Audience,
  type AudienceOf,
  buffer,
  type Engine,
  type FindOpenInput,
  maximumAppointments,
  maximumHorizon,
  maximumPerDay,
  minimumNotice,
  noOverlapOfSubject,
  type OpenSlot,
  type Policy,
  type StorageAdapter,
} from "@slotwright/core";
import fc from "fast-check";
import { engineOn, minutes, patient, place, provider } from "../fixtures.ts";

export const audienceOf: AudienceOf = ({ kind }: Actor) => (kind === "patient" ? "self_service" : "staff");

export interface Scene {
  readonly afterNine: number;
  readonly policies: readonly Policy[];
  readonly by: "patient" | "staff";
  readonly subject: number;
  readonly limit: number;
  readonly latest: boolean;
  readonly slots: readonly {
    readonly provider: number;
    readonly from: number;
    readonly length: number;
    readonly seats: number;
  }[];
  /** Which slot is booked for which subject, held for ten minutes, or blocked. */
  readonly deeds: readonly {
    readonly what: "book" | "hold" | "block" | "request";
    readonly slot: number;
    readonly subject: number;
  }[];
}

const audiences = fc.constantFrom<readonly Audience[] | undefined>(undefined, ["self_service"], ["staff"]);
const some = { min: 1, max: 90 };

const withAudience = <Options extends object>(options: fc.Arbitrary<Options>) =>
  fc.tuple(options, audiences).map(([one, audience]) => ({ ...one, ...(audience && { audience }) }));

const anyPolicies: fc.Arbitrary<readonly Policy[]> = fc.subarray([0, 1, 2, 3, 4, 5], { minLength: 1 }).chain((kinds) =>
  fc.tuple(
    ...kinds.map((kind): fc.Arbitrary<Policy> => {
      const count = fc.integer({ min: 1, max: 4 });
      const period = fc.integer({ min: 1, max: 3000 });
      const made = [
        withAudience(fc.record({ beforeMinutes: fc.nat(40), afterMinutes: fc.nat(40) })).map(buffer),
        withAudience(fc.record({})).map(noOverlapOfSubject),
        withAudience(fc.record({ count, minutes: period, withOneProvider: fc.boolean() })).map(maximumAppointments),
        withAudience(fc.record({ count })).map(maximumPerDay),
        withAudience(fc.record({ days: fc.nat(2) })).map(maximumHorizon),
        withAudience(fc.record({ minutes: fc.integer(some) })).map(minimumNotice),
      ];
      return made[kind] as fc.Arbitrary<Policy>;
    }),
  ),
);

export const anyScene: fc.Arbitrary<Scene> = fc.record({
  afterNine: fc.integer({ min: -1500, max: 300 }),
  policies: anyPolicies,
  by: fc.constantFrom("patient", "staff"),
  subject: fc.nat(2),
  limit: fc.constantFrom(1, 3, 100),
  latest: fc.boolean(),
  slots: fc.array(
    fc.record({
      provider: fc.nat(2),
      from: fc.nat(500).map((n) => n * 5),
      length: fc.constantFrom(15, 30, 60),
      seats: fc.constantFrom(1, 1, 1, 3),
    }),
    { minLength: 4, maxLength: 24 },
  ),
  deeds: fc.array(
    fc.record({
      what: fc.constantFrom("book", "book", "book", "hold", "block", "request"),
      slot: fc.nat(40),
      subject: fc.nat(2),
    }),
    { maxLength: 14 },
  ),
});

const zones = ["Europe/Berlin", "Asia/Singapore", "America/New_York"];
export const clockAt = (afterNine: number) => ({ now: () => minutes(afterNine), sleep: async () => {} });
export const actorOf = ({ by }: Scene): Actor => (by === "patient" ? patient : provider);

/** Publishes the slots, those that overlap others left out, and does the deeds, without policies. */
export async function furnish(storage: StorageAdapter, scene: Scene): Promise<readonly string[]> {
  const engine = engineOn(storage, { clock: clockAt(scene.afterNine - 5) });
  const ids: string[] = [];
  for (const { provider: index, from, length, seats } of scene.slots) {
    const where = { providerId: `dr-${index}`, facilityId: from % 2 === 0 ? "north" : "south" };
    const slot = {
      start: minutes(from),
      end: minutes(from + length),
      capacity: seats,
      metadata: from % 3 === 0 ? { from } : {},
    };
    const created = await engine
      .createSlots({ actor: provider, ...where, timeZone: zones[index] ?? "UTC", slots: [slot] })
      .catch(() => undefined);
    ids.push(...(created?.slots ?? []).map(({ id }) => id));
  }
  for (const { what, slot, subject } of scene.deeds)
    await engineDeed(engine, what, ids[slot % ids.length] ?? "", subject);
  return ids;
}

export async function engineDeed(
  engine: Engine,
  what: Scene["deeds"][number]["what"],
  slotId: string,
  subject: number,
) {
  const subjectId = `p-${subject}`;
  const asked = { actor: patient, ...place, start: minutes(subject * 70), end: minutes(subject * 70 + 30), subjectId };
  const deed = {
    book: () => engine.book({ actor: patient, slotId, subjectId }),
    hold: () => engine.hold({ actor: patient, slotId, seconds: 60 * (1 + subject * 4) }),
    block: () => engine.block({ actor: provider, slotId }),
    request: () => engine.book({ ...asked, ifNoSlot: "schedule" }),
  }[what];
  // A slot that is taken already stays as it is.
  await deed().catch(() => undefined);
}

/** All pages of a search. */
export async function offersTo(
  engine: { findOpen(input: FindOpenInput): Promise<{ items: readonly OpenSlot[]; nextCursor: string | null }> },
  input: FindOpenInput,
) {
  const offers: OpenSlot[] = [];
  let cursor: string | null = null;
  let pages = 0;
  do {
    const page: { items: readonly OpenSlot[]; nextCursor: string | null } = await engine.findOpen({ ...input, cursor });
    offers.push(...page.items);
    cursor = page.nextCursor;
    pages += 1;
    assert.ok(pages < 200, "the pages have no end");
  } while (cursor !== null);
  return offers;
}

/** The window in which all slots of a scene are. */
export const window = { from: minutes(-3000), to: minutes(6000) };
