import assert from "node:assert/strict";
import {
  type AccessAnswer,
  type AccessRequest,
  type ActorEngine,
  type ExplainInput,
  type Explanation,
  type Hours,
  isBookingError,
  type JournaledRecord,
  maximumPerDay,
  minimumNotice,
  noOverlapOfSubject,
  type OpenSlot,
  type Policy,
  type PreviewReason,
  type Shown,
  type Slot,
} from "@slotwright/core";
import fc from "fast-check";
import { checkProperty } from "../check-property.ts";
import { engineOn, manualClock, minutes, patient, place, provider, publish, refusal } from "../fixtures.ts";
import type { ConformanceCase } from "../harness.ts";
import { aroundCalls, intercepted } from "../intercepted.ts";
import { actorOf, anyScene, audienceOf, clockAt, furnish, offersTo, window } from "./scenes.ts";

type Explained = Explanation<Shown<Slot>>;

const codesOf = ({ reasons }: Explained): readonly string[] => reasons.map(({ error }) => error.code);

/** The slots that a search offers, a group by the lowest of its seats that are on offer, and how many these are. */
function offersAmong(explained: ReadonlyMap<string, Explained>): readonly string[] {
  const slots = [...explained.values()].flatMap(({ onOffer, slot }) => (onOffer && slot !== null ? [slot] : []));
  const groups = Map.groupBy(slots, ({ scheduleId, facilityId, start, end }) =>
    [scheduleId, facilityId, +start, +end].join(),
  );
  return [...groups.values()].map((seats) => `${seats.map(({ id }) => id).sort()[0]} ${seats.length}`).sort();
}

const namesOf = (offers: readonly OpenSlot[]) => offers.map(({ slotId, seats }) => `${slotId} ${seats}`).sort();

/** The code with which a booking is refused, or nothing. */
async function refusalOf(own: ActorEngine, slotId: string, subjectId: string): Promise<string | undefined> {
  try {
    await own.book({ slotId, subjectId });
    return undefined;
  } catch (error) {
    if (!isBookingError(error)) throw error;
    return error.code;
  }
}

/** A time is on offer if a booking of a part of one of these slots is possible. */
async function agreeOnTimes(own: ActorEngine, subjectId: string, slots: readonly Shown<Slot>[]): Promise<void> {
  for (const slot of slots.slice(0, 6)) {
    const { providerId, facilityId, start } = slot;
    const time = { start, end: new Date(start.getTime() + 15 * 60_000) };
    const { onOffer, reasons } = await own.explain({ providerId, facilityId, ...time, subjectId });
    const inIt = slots.filter((one) => one.providerId === providerId && one.facilityId === facilityId);
    const possible: boolean[] = [];
    for (const { id } of inIt) {
      possible.push((await own.preview("book", { slotId: id, subjectId, ...time })).possible);
    }
    assert.equal(onOffer, possible.includes(true));
    assert.equal(onOffer, reasons.length === 0);
  }
}

export const explainCases: readonly ConformanceCase[] = [
  {
    key: "explain.agrees",
    title:
      "what is explained as on offer is what a search offers and a booking takes at that instant, and nothing else",
    async run({ open, propertyRuns }) {
      const property = fc.asyncProperty(anyScene, fc.nat(100), async (scene, choice) => {
        const { storage, close } = await open();
        const ids = await furnish(storage, scene);
        const options = { policies: scene.policies, audienceOf, clock: clockAt(scene.afterNine) };
        const own = engineOn(storage, options).as(actorOf(scene));
        const subjectId = `p-${scene.subject}`;
        const explained = new Map<string, Explained>();
        for (const slotId of ids) {
          const answer = await own.explain({ slotId, subjectId });
          explained.set(slotId, answer);
          const preview = await own.preview("book", { slotId, subjectId });
          assert.deepEqual(codesOf(answer), preview.possible ? [] : preview.reasons.map(({ error }) => error.code));
          assert.equal(answer.onOffer, preview.possible);
        }
        assert.deepEqual(offersAmong(explained), namesOf(await offersTo(own, { ...window, subjectId, limit: 100 })));
        const free = new Map<string, Explained>();
        for (const slotId of ids) free.set(slotId, await own.explain({ slotId }));
        assert.deepEqual(offersAmong(free), namesOf(await offersTo(own, { ...window, limit: 100 })));
        await agreeOnTimes(
          own,
          subjectId,
          [...explained.values()].flatMap(({ slot }) => slot ?? []),
        );
        for (const [slotId, answer] of explained)
          if (!answer.onOffer) assert.equal(await refusalOf(own, slotId, subjectId), codesOf(answer)[0]);
        const onOffer = [...explained].filter(([, answer]) => answer.onOffer);
        const [chosen] = onOffer[choice % Math.max(onOffer.length, 1)] ?? [];
        if (chosen !== undefined) assert.equal(await refusalOf(own, chosen, subjectId), undefined);
        await close();
      });
      await checkProperty(property, Math.ceil(propertyRuns / 2));
    },
  },
  {
    key: "explain.reasons",
    title: "an explanation has the state of the slot and what each policy has against it, with what would help",
    async run({ storage }) {
      const bare = engineOn(storage);
      const [booked, held, blocked, free] = (await publish(bare, 4)).map(({ id }) => id) as [
        string,
        string,
        string,
        string,
      ];
      const { appointment } = await bare.book({ actor: patient, slotId: booked, subjectId: "p-1" });
      const { slot } = await bare.hold({ actor: patient, slotId: held, seconds: 60 });
      await bare.block({ actor: provider, slotId: blocked });
      const clock = manualClock();
      const policies = [noOverlapOfSubject(), maximumPerDay({ count: 1 }), minimumNotice({ minutes: 60 })];
      const own = engineOn(storage, { policies, clock }).as(patient);
      const briefly = async (slotId: string) => {
        const { reasons } = await own.explain({ slotId, subjectId: "p-1" });
        return reasons.map(({ error, helps }) => [
          isBookingError(error, "policy_violation") ? error.details.policy : error.code,
          helps.join(" "),
        ]);
      };
      const cap = ["maximum_per_day", "another_time more_rights"];
      assert.deepEqual(await briefly(booked), [
        ["slot_booked", "another_time"],
        ["no_overlap_of_subject", "another_time more_rights"],
        cap,
      ]);
      assert.deepEqual(await briefly(held), [["slot_held", "another_time later"], cap]);
      assert.deepEqual(await briefly(blocked), [["slot_blocked", "another_time"], cap]);
      assert.deepEqual(await briefly(free), [cap]);
      const whole = await own.explain({ slotId: booked });
      assert.equal(whole.slot?.appointmentId, appointment.id);
      const { reasons } = await own.explain({ slotId: held });
      const [reason] = reasons;
      assert.ok(isBookingError(reason?.error, "slot_held"));
      assert.deepEqual(reason.error.details.heldUntil, slot.hold?.expiresAt);
      clock.advance(34 * 60 * 60_000);
      assert.deepEqual((await briefly(free)).at(-1), ["minimum_notice", "another_time more_rights"]);
    },
  },
  {
    key: "explain.times",
    title: "a time without a slot is explained by that, and by the slots that lie partly there",
    async run({ storage }) {
      const engine = engineOn(storage);
      const own = engine.as(patient);
      const [first, second] = await publish(engine, 2);
      const across = await own.explain({ ...place, start: minutes(15), end: minutes(45), subjectId: "p-1" });
      assert.deepEqual([across.onOffer, across.slot], [false, null]);
      assert.deepEqual(
        across.reasons.map(({ error, blockedBy }) => [error.code, blockedBy?.id]),
        [
          ["no_slot_available", undefined],
          ["slot_overlap", first?.id],
          ["slot_overlap", second?.id],
        ],
      );
      const nowhere = await own.explain({ ...place, start: minutes(900), end: minutes(930) });
      assert.deepEqual(codesOf(nowhere), ["no_slot_available"]);
      const part = await own.explain({ ...place, start: minutes(5), end: minutes(20), subjectId: "p-1" });
      assert.deepEqual([part.onOffer, part.slot?.id], [true, first?.id]);
      await own.book({ slotId: first?.id ?? "", subjectId: "p-2" });
      const taken = await own.explain({ ...place, start: minutes(5), end: minutes(20), subjectId: "p-1" });
      assert.deepEqual([codesOf(taken), taken.slot?.id], [["slot_booked"], first?.id]);
      await refusal(own.explain({ ...place, start: minutes(5), end: minutes(5) }), "invalid_time_range");
      await refusal(own.explain({ slotId: "none" }), "slot_not_found");
      await refusal(engine.explain({ slotId: first?.id ?? "", subjectId: "p-1" }), "invalid_input");
      assert.equal((await engine.explain({ slotId: second?.id ?? "" })).onOffer, true);
    },
  },
  {
    key: "explain.times-policies",
    title: "a time without a slot is explained by what authorize and the policies say, too, as in a preview",
    async run({ storage }) {
      const policies = [maximumPerDay({ count: 1 }), minimumNotice({ minutes: 60 })];
      const options = { policies, audienceOf: () => "self_service" as const, clock: manualClock() };
      const own = engineOn(storage, options).as(patient);
      const [slot] = await publish(engineOn(storage), 1);
      await own.book({ slotId: slot?.id ?? "", subjectId: "p-2" });
      const briefly = (reasons: readonly PreviewReason[]) =>
        reasons.map(({ error }) => (isBookingError(error, "policy_violation") ? error.details.policy : error.code));
      const past = { ...place, start: minutes(-2_000), end: minutes(-1_970), subjectId: "p-1" };
      const told = await own.explain(past);
      const preview = await own.preview("book", past);
      assert.deepEqual(briefly(told.reasons), ["no_slot_available", "not_in_the_past", "minimum_notice"]);
      assert.deepEqual(preview.possible ? [] : briefly(preview.reasons), briefly(told.reasons));
      const sameDay = { ...place, start: minutes(15), end: minutes(45), subjectId: "p-1" };
      assert.deepEqual(briefly((await own.explain(sameDay)).reasons), [
        "no_slot_available",
        "slot_overlap",
        "maximum_per_day",
      ]);
      const ofSameDay = await own.preview("book", sameDay);
      assert.ok(!ofSameDay.possible);
      assert.deepEqual(briefly(ofSameDay.reasons), ["no_slot_available", "maximum_per_day"]);
      assert.deepEqual(ofSameDay.reasons[0].blockedBy, { kind: "slot", id: slot?.id });
      const { subjectId, ...nobodys } = sameDay;
      assert.deepEqual(briefly((await own.explain(nobodys)).reasons), ["no_slot_available", "slot_overlap"]);
      const authorize = ({ action }: AccessRequest) => (action === "command" ? "Please call us." : undefined);
      const kept = engineOn(storage, { ...options, authorize }).as(patient);
      assert.deepEqual(codesOf(await kept.explain(sameDay)), ["forbidden"]);
    },
  },
  {
    key: "explain.busy",
    title: "an explanation of what busy time blocks names its calendars, to those who may see them",
    async run({ storage }) {
      const bare = engineOn(storage);
      const imported = { actor: provider, ...place, from: minutes(-60), until: minutes(600) };
      const [blocked, byHand] = await publish(bare, 2);
      const importFrom = (source: string, from: number, to: number) =>
        bare.importBusy({ ...imported, source, intervals: [{ start: minutes(from), end: minutes(to) }] });
      await bare.block({ actor: provider, slotId: byHand?.id ?? "" });
      await importFrom("hospital", 10, 40);
      await importFrom("private", 20, 90);
      const told = async (own: Pick<ActorEngine, "explain">, input: ExplainInput) =>
        (await own.explain(input)).busy.map(({ source, start, end }) => [source, +start, +end]);
      const at = (from: number, to: number) => ({ ...place, start: minutes(from), end: minutes(to) });
      const hospital = ["hospital", +minutes(10), +minutes(40)];
      const others = ["private", +minutes(20), +minutes(90)];
      assert.deepEqual(await told(bare, { slotId: blocked?.id ?? "" }), [hospital, others]);
      assert.deepEqual(await told(bare, at(5, 15)), [hospital, others]);
      // What was blocked by hand before was not blocked for them.
      assert.deepEqual(await told(bare, { slotId: byHand?.id ?? "" }), []);
      // No slot contains the time.
      assert.deepEqual(await told(bare, at(-5, 15)), [hospital]);
      assert.deepEqual(await told(bare, at(80, 100)), [others]);
      assert.deepEqual(await told(bare, at(90, 100)), []);
      const ways: readonly (readonly [answer: AccessAnswer, expected: readonly unknown[]])[] = [
        [undefined, [hospital, others]],
        ["No.", [hospital]],
        [{ hide: ["metadata"] }, [hospital]],
      ];
      for (const [answer, expected] of ways) {
        const authorize = (request: AccessRequest) =>
          request.action === "read" && isFrom(request.record, "private") ? answer : undefined;
        const own = engineOn(storage, { authorize }).as(patient);
        assert.deepEqual(await told(own, { slotId: blocked?.id ?? "", subjectId: "p-1" }), expected);
        assert.deepEqual(await told(own, { ...at(15, 95), subjectId: "p-1" }), expected);
      }
    },
  },
  {
    key: "explain.reads",
    title: "what lies across a time is read once to explain it, whatever is told of it",
    async run({ storage }) {
      const bare = engineOn(storage);
      let searches = 0;
      const counting = aroundCalls(async (call, proceed) => {
        if (call === "findSlots") searches += 1;
        return proceed();
      });
      const engine = engineOn(intercepted(storage, counting));
      await publish(bare, 1);
      const hours: Hours = {
        openings: "computed",
        offer: { minutes: 30 },
        weekly: [{ days: ["monday"], from: "12:00", to: "13:00" }],
      };
      await bare.setAvailability({ actor: provider, ...place, hours });
      const intervals = [190, 40].map((from) => ({ start: minutes(from), end: minutes(from + 20) }));
      const until = minutes(600);
      await bare.importBusy({ actor: provider, ...place, source: "hospital", from: minutes(-60), until, intervals });
      const told = async (from: number, to: number) => {
        searches = 0;
        const { reasons, busy } = await engine.explain({ ...place, start: minutes(from), end: minutes(to) });
        return [reasons.map(({ error }) => error.code), busy.length, searches];
      };
      // One search is for slots that contain the time.
      assert.deepEqual(await told(20, 50), [["no_slot_available", "slot_overlap", "slot_blocked"], 1, 2]);
      assert.deepEqual(await told(180, 210), [["no_slot_available", "slot_blocked"], 1, 2]);
      assert.deepEqual(await told(210, 240), [[], 0, 2]);
      assert.deepEqual(await told(300, 330), [["no_slot_available"], 0, 2]);
    },
  },
  {
    key: "explain.authorize",
    title: "an explanation names nothing that the actor may not know of, and what is another's looks as what is absent",
    async run({ storage }) {
      const bare = engineOn(storage);
      const slots = [0, 30, 60, 90].map((from) => {
        return { start: minutes(from), end: minutes(from + 30), metadata: { from } };
      });
      const { slots: created } = await bare.createSlots({ actor: provider, ...place, slots });
      const [secret, unlisted, hiding, forbidden] = created.map(({ id }) => id) as [string, string, string, string];
      const { appointment } = await bare.book({ actor: patient, slotId: hiding, subjectId: "p-2" });
      const near: Policy = {
        name: "near",
        sees: { provider: { beforeMinutes: 120, afterMinutes: 120 } },
        check: ({ neighbours: [one] }) =>
          one && { problem: "Too near.", blockedBy: { kind: "appointment", id: one.appointmentId ?? "" } },
      };
      const own = engineOn(storage, { authorize: maySee, policies: [near] }).as(patient);
      const absent = await refusal(own.explain({ slotId: "none", subjectId: "p-1" }), "slot_not_found");
      const hidden = await refusal(own.explain({ slotId: secret, subjectId: "p-1" }), "slot_not_found");
      assert.deepEqual(hidden.details, { ...absent.details, slotId: secret });
      await refusal(own.explain({ slotId: secret }), "slot_not_found");
      const byTime = await own.explain({ ...place, start: minutes(0), end: minutes(30), subjectId: "p-1" });
      assert.deepEqual([codesOf(byTime), byTime.slot], [["no_slot_available", "policy_violation"], null]);
      assert.equal(byTime.reasons[1]?.blockedBy, null);
      const open = await own.explain({ slotId: unlisted });
      assert.deepEqual([open.onOffer, codesOf(open)], [false, ["forbidden"]]);
      assert.deepEqual(
        (await own.findOpen({ ...window })).items.map(({ slotId }) => slotId),
        [forbidden],
      );
      const taken = await own.explain({ slotId: hiding, subjectId: "p-1" });
      assert.deepEqual([codesOf(taken), taken.slot?.appointmentId], [["slot_booked"], null]);
      const refused = await own.explain({ slotId: unlisted, subjectId: "p-1" });
      assert.deepEqual(codesOf(refused), ["policy_violation"]);
      assert.ok(!JSON.stringify(refused).includes(appointment.id));
      assert.deepEqual(refused.reasons[0]?.blockedBy, null);
      const [no] = (await own.explain({ slotId: forbidden, subjectId: "p-1" })).reasons;
      assert.ok(isBookingError(no?.error, "forbidden"));
      assert.deepEqual([no.error.details.problem, no.helps], ["Not this one.", ["more_rights"]]);
    },
  },
];

const isFrom = (record: JournaledRecord, source: string): boolean =>
  record.kind === "slot" && (record.metadata.busy as { source?: string } | undefined)?.source === source;

/** The first slot is a secret, the second is in no list, who has the third is hidden, and the fourth may not be booked. */
function maySee(request: AccessRequest) {
  if (request.action === "command") {
    const from = request.slot?.metadata.from;
    return from === 0 || from === 90 ? "Not this one." : undefined;
  }
  if (!("record" in request)) return undefined;
  const { record } = request;
  if (record.kind !== "slot") return "Not yours.";
  if (record.metadata.from === 0) return "A secret.";
  if (record.metadata.from === 30 && request.action === "list") return "Not listed.";
  return record.metadata.from === 60 ? { hide: ["appointmentId"] as const } : undefined;
}
