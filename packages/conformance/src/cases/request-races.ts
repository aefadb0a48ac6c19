import assert from "node:assert/strict";
import type { Engine, StorageAdapter } from "@slotwright/core";
import { assertSound, engineOn, manualClock, patient, provider, publish, publishOne, tally } from "../fixtures.ts";
import type { ConformanceCase } from "../harness.ts";

const asking = { actor: patient, subjectId: "p-1" } as const;
const five = [0, 1, 2, 3, 4] as const;

/** What is done at the same moment, through two connections in turn. */
type Contest = (engines: readonly [Engine, Engine]) => Promise<readonly Promise<unknown>[]>;

/** Rounds of a contest, each in which the first of both goes first in turn. `outcomes` are all that are right. */
async function rounds(
  { storage, second }: { readonly storage: StorageAdapter; readonly second: StorageAdapter },
  contest: Contest,
  outcomes: readonly Readonly<Record<string, number>>[],
  openStore: () => Promise<{ readonly storage: StorageAdapter; readonly second: StorageAdapter }>,
): Promise<void> {
  for (const round of five) {
    const store = round === 0 ? { storage, second } : await openStore();
    const engines = [engineOn(store.storage), engineOn(store.second)] as const;
    const turned = round % 2 === 0 ? engines : ([engines[1], engines[0]] as const);
    const counts = await tally(await contest(turned));
    const expected = outcomes.some((one) => JSON.stringify(sorted(one)) === JSON.stringify(sorted(counts)));
    assert.ok(expected, `${JSON.stringify(counts)} in round ${round}`);
    await assertSound(store.storage);
  }
}

const sorted = (counts: Readonly<Record<string, number>>) =>
  Object.entries(counts).sort(([a], [b]) => (a < b ? -1 : 1));

function raceOf(
  key: string,
  title: string,
  contest: Contest,
  ...outcomes: readonly Readonly<Record<string, number>>[]
): ConformanceCase {
  return {
    key: `request-races.${key}`,
    title,
    run: ({ storage, second, open }) => rounds({ storage, second }, contest, outcomes, open),
  };
}

/** A request for the slot, and who is asked. */
async function requested(engine: Engine, slotId: string, holdSeconds?: number) {
  const held = holdSeconds === undefined ? {} : { holdSeconds };
  const { appointment } = await engine.request({ ...asking, slotId, ...held });
  return { actor: provider, appointmentId: appointment.id };
}

export const requestRaceCases: readonly ConformanceCase[] = [
  raceOf(
    "accept-and-book",
    "approvals of requests for one slot, and bookings of it, have one winner",
    async ([one, other]) => {
      const { id: slotId } = await publishOne(one);
      const asked = await Promise.all(five.map(() => requested(one, slotId)));
      return asked.flatMap((about) => [other.accept(about), one.book({ ...asking, slotId })]);
    },
    { ok: 1, slot_booked: 9 },
  ),
  raceOf(
    "held-accept-and-book",
    "a slot that is held for a request goes to it, whoever wants to book it in the same moment",
    async ([one, other]) => {
      const { id: slotId } = await publishOne(one);
      const about = await requested(one, slotId, 600);
      const bookings = five.map(() => one.book({ ...asking, slotId }).catch(takenCode));
      return [...bookings, other.accept(about)];
    },
    { ok: 6 },
  ),
  raceOf(
    "accept-twice",
    "of two approvals of one request, one takes effect",
    async ([one, other]) => {
      const { id: slotId } = await publishOne(one);
      const about = await requested(one, slotId, 600);
      return [one.accept(about), other.accept(about), one.accept({ ...about, slotId }), other.accept(about)];
    },
    { ok: 1, invalid_transition: 3 },
  ),
  raceOf(
    "accept-and-decline",
    "of an approval and a refusal of one request, one takes effect",
    async ([one, other]) => {
      const [first, next] = (await publish(one, 2)).map(({ id }) => id) as [string, string];
      const { appointment } = await one.request({ ...asking, slotId: first, orSlotIds: [next], holdSeconds: 600 });
      const about = { actor: provider, appointmentId: appointment.id };
      return [one.decline({ ...about, reason: "No" }), other.accept(about), one.decline({ ...about, reason: "No" })];
    },
    { ok: 1, invalid_transition: 2 },
  ),
  raceOf(
    "request-and-request",
    "of requests that would hold one slot, one holds it, and a booking beside them is one of those who want it",
    async ([one, other]) => {
      const { id: slotId } = await publishOne(one);
      const asked = five.map((index) => [one, other][index % 2]?.request({ ...asking, slotId, holdSeconds: 60 }));
      return [...(asked as Promise<unknown>[]), other.book({ ...asking, slotId })];
    },
    { ok: 1, slot_held: 5 },
    { ok: 1, slot_booked: 5 },
  ),
  raceOf(
    "requests-crossing",
    "requests for the same two slots in opposite order do not deadlock, and one of them holds both",
    async ([one, other]) => {
      const [first, next] = (await publish(one, 2)).map(({ id }) => id) as [string, string];
      const crossing = [
        { slotId: first, orSlotIds: [next] },
        { slotId: next, orSlotIds: [first] },
      ];
      return [0, 1, 2, 3, 4, 5].map((index) =>
        (index % 2 === 0 ? one : other).request({ ...asking, ...crossing[index % 2], holdSeconds: 60 } as never),
      );
    },
    { ok: 1, slot_held: 5 },
  ),
  raceOf(
    "offer-and-book",
    "a slot that is offered and booked in the same moment is held for the offer, or booked",
    async ([one, other]) => {
      const [first, next] = (await publish(one, 2)).map(({ id }) => id) as [string, string];
      const about = await requested(one, first);
      return [other.offer({ ...about, slotId: next }), one.book({ ...asking, slotId: next })];
    },
    { ok: 1, slot_held: 1 },
    { ok: 1, slot_booked: 1 },
  ),
  raceOf(
    "offer-and-offer",
    "of offers of one slot to several who wait, one holds it",
    async ([one, other]) => {
      const [first, next] = (await publish(one, 2)).map(({ id }) => id) as [string, string];
      const asked = await Promise.all(five.map(() => requested(one, first)));
      return asked.map((about, index) => (index % 2 === 0 ? one : other).offer({ ...about, slotId: next }));
    },
    { ok: 1, slot_held: 4 },
  ),
  raceOf(
    "answers-to-an-offer",
    "of an answer to an offer, an approval of what was asked for, and a refusal, one takes effect",
    async ([one, other]) => {
      const [first, next] = (await publish(one, 2)).map(({ id }) => id) as [string, string];
      const about = await requested(one, first, 600);
      await one.offer({ ...about, slotId: next });
      return [other.acceptOffer(about), one.accept(about), other.decline({ ...about, reason: "No" })];
    },
    { ok: 1, invalid_transition: 2 },
  ),
  raceOf(
    "offer-taken-and-declined",
    "an offer is taken once, or declined once",
    async ([one, other]) => {
      const [first, next] = (await publish(one, 2)).map(({ id }) => id) as [string, string];
      const about = await requested(one, first);
      await one.offer({ ...about, slotId: next });
      return [other.acceptOffer(about), one.declineOffer(about)];
    },
    { ok: 1, invalid_transition: 1 },
    { ok: 1, offer_not_found: 1 },
  ),
  {
    key: "request-races.accept-and-expiry",
    title:
      "a slot that an engine accepts into before the request ends, and another books after its end, has one winner",
    async run({ open }) {
      for (const round of five) {
        const { storage, second } = await open();
        const [clock, ahead] = [manualClock(), manualClock()];
        const [engine, other] = [engineOn(storage, { clock }), engineOn(second, { clock: ahead })];
        const { id: slotId } = await publishOne(engine);
        const expiresAt = new Date(clock.now().getTime() + 60_000);
        const { appointment } = await engine.request({ ...asking, slotId, holdSeconds: 600, expiresAt });
        clock.advance(50_000);
        ahead.advance(60_000);
        const accept = () => engine.accept({ actor: provider, appointmentId: appointment.id });
        const book = () => other.book({ ...asking, subjectId: "p-2", slotId });
        const counts = await tally(round % 2 === 0 ? [accept(), book()] : [book(), accept()]);
        assert.deepEqual(counts, { ok: 1, slot_booked: 1 });
        await assertSound(storage);
      }
    },
  },
  {
    key: "request-races.offer-and-expiry",
    title: "an offer that is taken before its end, and whose slot is booked after it, has one winner",
    async run({ open }) {
      for (const round of five) {
        const { storage, second } = await open();
        const [clock, ahead] = [manualClock(), manualClock()];
        const [engine, other] = [engineOn(storage, { clock }), engineOn(second, { clock: ahead })];
        const [first, next] = (await publish(engine, 2)).map(({ id }) => id) as [string, string];
        const about = await requested(engine, first);
        await engine.offer({ ...about, slotId: next, seconds: 60 });
        clock.advance(50_000);
        ahead.advance(60_000);
        const take = () => engine.acceptOffer(about);
        const book = () => other.book({ ...asking, subjectId: "p-2", slotId: next });
        const counts = await tally(round % 2 === 0 ? [take(), book()] : [book(), take()]);
        assert.deepEqual(counts, { ok: 1, slot_booked: 1 });
        await assertSound(storage);
      }
    },
  },
];

/** Both are right for one who comes too late: the slot was held still, or is taken already. */
function takenCode(error: unknown): string {
  const { code } = error as { readonly code?: string };
  assert.ok(code === "slot_held" || code === "slot_booked", String(error));
  return code;
}
