import assert from "node:assert/strict";
import type { AccessRequest, Policy, Proposal, StorageAdapter, Warning } from "@slotwright/core";
import { memoryAdapter } from "@slotwright/core/memory";
import { assertSound, engineOn, manualClock, minutes, patient, place, provider, refusal } from "../fixtures.ts";
import type { ConformanceCase } from "../harness.ts";

/** Changes everything within reach, as a careless function of a host may: dates in place, texts and lists, too. */
function wreck(value: unknown): void {
  if (Object.prototype.toString.call(value) === "[object Date]") return void (value as Date).setFullYear(1999);
  if (typeof value !== "object" || value === null) return;
  const fields = value as Record<string, unknown>;
  for (const [name, field] of Object.entries(fields)) {
    wreck(field);
    if (typeof field === "string") fields[name] = "wrecked";
    if (typeof field === "number") fields[name] = 999;
  }
  if (Array.isArray(value)) value.push("wrecked");
  else fields.wrecked = true;
}

const wreckers = {
  authorize: (request: AccessRequest) => wreck(request),
  policies: ["first", "second"].map((name) => ({ name, check: (proposal: Proposal) => wreck(proposal) })),
} as never;

/** The life of an appointment, and everything that is stored of it afterwards. */
async function lifeOn(storage: StorageAdapter, hostFunctions: object): Promise<unknown> {
  let made = 0;
  const ours = { clock: manualClock(), newId: () => `id-${made++}`, newToken: () => "token" };
  const engine = engineOn(storage, { ...ours, ...hostFunctions });
  const metadata = { room: { doors: [1, 2] } };
  const slots = [0, 30].map((from) => ({ start: minutes(from), end: minutes(from + 30), metadata }));
  const created = await engine.createSlots({ actor: provider, reason: "opening", ...place, slots });
  const [first, second] = created.slots.map(({ id }) => id) as [string, string];
  const held = await engine.hold({ actor: patient, slotId: first });
  const wish = {
    actor: patient,
    slotId: first,
    holdToken: ["token"],
    subjectId: "p-1",
    idempotencyKey: "once",
    metadata,
  };
  const booked = await engine.book(wish);
  const again = await engine.book(wish);
  const moved = await engine.reschedule({ actor: patient, appointmentId: booked.appointment.id, slotId: second });
  const stored = [
    await engine.listSlots({}),
    await engine.listAppointments({}),
    await engine.history({ slotId: first }),
  ];
  const ofAppointment = await engine.history({ appointmentId: booked.appointment.id });
  return [created, held, booked, again, moved, stored, ofAppointment];
}

export const hostFunctionCases: readonly ConformanceCase[] = [
  {
    key: "host-functions.copies",
    title: "changing what policies and authorize receive changes neither what is stored nor what is answered",
    async run({ storage }) {
      assert.deepEqual(await lifeOn(storage, wreckers), await lifeOn(memoryAdapter(), {}));
    },
  },
  {
    key: "host-functions.answers",
    title: "changing an answer changes neither what is stored nor what other callers get",
    async run({ storage }) {
      const engine = engineOn(storage);
      const slots = [0, 30].map((from) => ({ start: minutes(from), end: minutes(from + 30), metadata: { a: [1] } }));
      const created = await engine.createSlots({ actor: provider, ...place, slots, idempotencyKey: "once" });
      const [first, second] = created.slots.map(({ id }) => id) as [string, string];
      wreck(created);
      const both = await Promise.all([engine.getSlot(first), engine.getSlot(first)]);
      const stored = await engineOn(storage).getSlot(first);
      assert.deepEqual(both, [stored, stored]);
      wreck(both[0]);
      wreck(await engine.listSlots({}));
      wreck(await engine.history({ slotId: first }));
      assert.deepEqual(both[1], stored);
      const booked = await engine.book({ actor: patient, slotId: second, subjectId: "p-1" });
      assert.deepEqual([booked.slots[0]?.start, booked.slots[0]?.metadata], [minutes(30), { a: [1] }]);
      const again = await engine.createSlots({ actor: provider, ...place, slots, idempotencyKey: "once" });
      assert.deepEqual(again.slots[0], stored);
      assert.equal((await engine.history({ slotId: first })).items[0]?.actor.id, provider.id);
      await assertSound(storage);
    },
  },
  {
    key: "host-functions.clock",
    title: "a clock that returns and moves the same Date each time does not move what was decided",
    async run({ storage }) {
      const date = new Date(Date.UTC(2026, 2, 1));
      const clock = { now: () => date, sleep: async () => {} };
      const engine = engineOn(storage, { clock });
      const { slots } = await engine.createSlots({
        actor: provider,
        ...place,
        slots: [{ start: minutes(0), end: minutes(30) }],
      });
      const booking = engine.book({ actor: patient, slotId: slots[0]?.id ?? "", subjectId: "p-1" });
      date.setFullYear(2027);
      const { appointment } = await booking;
      assert.deepEqual(slots[0]?.createdAt, new Date(Date.UTC(2026, 2, 1)));
      assert.deepEqual(appointment.createdAt, new Date(Date.UTC(2026, 2, 1)));
      assert.deepEqual(await engine.getAppointment(appointment.id), appointment);
    },
  },
  {
    key: "host-functions.asynchronous",
    title: "an asynchronous policy, authorize or audienceOf that rejects opens nothing, and harms nothing else",
    async run({ storage }) {
      const strays: unknown[] = [];
      const note = (stray: unknown) => void strays.push(stray);
      process.on("unhandledRejection", note);
      try {
        const fails = async () => {
          throw new Error("no answer");
        };
        const create = (options: object) =>
          engineOn(storage, options).createSlots({
            actor: provider,
            ...place,
            slots: [{ start: minutes(0), end: minutes(30) }],
          });
        await refusal(create({ authorize: fails }), "forbidden");
        const { details } = await refusal(create({ policies: [{ name: "p", check: fails }] }), "policy_violation");
        assert.match(details.problem, /a promise/);
        const own: Policy = { name: "p", audience: ["self_service"], check: () => "Not for patients." };
        const asked = await refusal(create({ policies: [own], audienceOf: fails }), "policy_violation");
        assert.equal(asked.details.problem, "Not for patients.");
        // Two turns, after which Node would have reported them.
        for (let turn = 0; turn < 2; turn++) await new Promise((resolve) => setImmediate(resolve));
      } finally {
        process.off("unhandledRejection", note);
      }
      assert.deepEqual(strays, []);
    },
  },
  {
    key: "host-functions.audience-warned",
    title: "an answer of audienceOf that is no audience is reported to onWarning, at most once a minute",
    async run({ storage }) {
      const warnings: Warning[] = [];
      const clock = manualClock();
      let answer: unknown = "Staff";
      const engine = engineOn(storage, {
        clock,
        onWarning: (warning) => void warnings.push(warning),
        audienceOf: () => answer as "staff",
      });
      let from = 0;
      const create = () => {
        const slots = [{ start: minutes(from), end: minutes(from + 30) }];
        from += 30;
        return engine.createSlots({ actor: provider, ...place, slots });
      };
      await create();
      await create();
      assert.deepEqual(
        warnings.map(({ code, details }) => [code, details]),
        [["audience_answer_ignored", { actorKind: provider.kind }]],
      );
      assert.match(warnings[0]?.message ?? "", /^audienceOf answered with "Staff", .* kind "provider" counts as/);
      clock.advance(60_000);
      answer = undefined;
      await create();
      assert.match(warnings[1]?.message ?? "", /^audienceOf answered with undefined, /);
      clock.advance(60_000);
      answer = "staff";
      await create();
      assert.equal(warnings.length, 2);
    },
  },
];
