import assert from "node:assert/strict";
import { type Engine, isBookingError, type Policy } from "@slotwright/core";
import { engineOn, manualClock, minutes, patient, place, provider, publish } from "../fixtures.ts";
import type { CaseContext, ConformanceCase } from "../harness.ts";

const strict: Policy = { name: "strict", check: () => "Not today." };
/** What the policy says, once nothing else is in the way. */
const policy = "policy_violation";

/** What a command is asked to do, and what a preview has against it: each code, and the name of what is in the way. */
type Row = readonly [input: object, ...reasons: string[]];

/** Slots and appointments in the states that are in the way of something, by name. */
async function stageOf(engine: Engine, clock: ReturnType<typeof manualClock>) {
  const by = { actor: patient, subjectId: "p-1" };
  const ids = (await publish(engine, 6)).map(({ id }) => id);
  const [free = "", booked = "", blocked = "", held = "", lapsed = "", offered = ""] = ids;
  const elsewhere = { providerId: "dr-who", facilityId: "south" };
  const half = { start: minutes(0), end: minutes(30) };
  const [other] = (await engine.createSlots({ actor: provider, ...elsewhere, slots: [half] })).slots;
  const far = other?.id ?? "";
  const confirmed = (await engine.book({ ...by, slotId: booked })).appointment.id;
  await engine.book({ ...by, slotId: far });
  await engine.block({ actor: provider, slotId: blocked });
  await engine.hold({ actor: patient, slotId: held, seconds: 3_600 });
  const token = (await engine.hold({ actor: patient, slotId: lapsed, seconds: 1 })).holdToken;
  const ask = async (more: object) => (await engine.request({ ...by, slotId: free, ...more })).appointment.id;
  const expired = await ask({ expiresAt: new Date(clock.now().getTime() + 1_000) });
  const waiting = (await engine.request({ ...by, ...place, start: minutes(600), end: minutes(630) })).appointment.id;
  const answered = await ask({});
  await engine.offer({ actor: provider, appointmentId: answered, slotId: offered, seconds: 1 });
  const cancelled = await ask({});
  await engine.cancel({ actor: patient, appointmentId: cancelled });
  clock.advance(2_000);
  const slots = { free, booked, blocked, held, lapsed, offered, far };
  return { slots, appointments: { confirmed, expired, waiting, answered, cancelled }, token };
}

type Stage = Awaited<ReturnType<typeof stageOf>>;

const at = (start: number) => ({ start: minutes(start), end: minutes(start + 20) });
const crossing = [15, 45].map((end) => ({ start: minutes(-15), end: minutes(end) }));

type Rows = Readonly<Record<string, readonly Row[]>>;

/** Of each command about slots, inputs that more than one thing speaks against. */
function slotRows({ slots, token }: Stage) {
  const { free, booked, blocked, held, lapsed } = slots;
  const ofHold: readonly Row[] = [
    [{ slotId: lapsed, holdToken: token, alsoSlotIds: [held] }, "hold_expired lapsed", "hold_not_owned held", policy],
    [{ slotId: booked, holdToken: "none", ifVersion: 99 }, "version_conflict booked", "hold_not_found booked", policy],
    [{ slotId: free, holdToken: "none" }, "hold_not_found free", policy],
  ];
  return {
    createSlots: [
      [
        { ...place, timeZone: "Asia/Tokyo", ifVersion: 99, slots: crossing },
        "version_conflict",
        "schedule_mismatch",
        "slot_overlap",
        "slot_overlap free",
        policy,
      ],
      [{ ...place, slots: crossing.slice(1) }, "slot_overlap free", "slot_overlap booked", policy],
      [{ ...place, slots: [{ ...crossing[0], slotId: free }] }, "slot_exists free", "slot_overlap free", policy],
    ],
    setAvailability: [
      [{ ...place, hours: { offer: { minutes: 30 }, weekly: [] }, ifVersion: 99 }, "version_conflict", policy],
    ],
    block: [[{ slotId: booked, ifVersion: 99 }, "version_conflict booked", "slot_booked booked", policy]],
    unblock: [
      [{ slotId: booked, ifVersion: 99 }, "version_conflict booked", "slot_booked booked", policy],
      [{ slotId: held }, "slot_held held", policy],
      [{ slotId: free }, "invalid_transition free", policy],
    ],
    hold: [
      [
        { slotId: booked, alsoSlotIds: [held, blocked] },
        "slot_booked booked",
        "slot_held held",
        "slot_blocked blocked",
        policy,
      ],
      [{ ...place, ...at(35) }, "no_slot_available booked", policy],
    ],
    extend: ofHold,
    release: ofHold,
    breakHold: [
      [{ slotId: booked, reason: "x" }, "slot_booked booked", policy],
      [{ slotId: free, reason: "x", ifVersion: 99 }, "version_conflict free", "hold_not_found free", policy],
    ],
  } satisfies Rows;
}

/** The same of commands that ask for a time, or take it. */
function bookingRows({ slots, appointments, token }: Stage) {
  const { booked, held, lapsed, far } = slots;
  const { confirmed, expired, waiting, cancelled } = appointments;
  const subjectId = "p-2";
  return {
    book: [
      [{ subjectId, slotId: lapsed, holdToken: token }, "hold_expired lapsed", policy],
      [{ subjectId, slotId: held, holdToken: "none" }, "hold_not_owned held", policy],
      [
        { subjectId, slotId: booked, holdToken: "none", ...at(20) },
        "slot_booked booked",
        "time_mismatch booked",
        policy,
      ],
      [{ subjectId, ...place, ...at(35) }, "no_slot_available booked", policy],
      [{ subjectId, ...place, ...at(600) }, "no_slot_available", policy],
      [
        { subjectId, appointmentId: confirmed, slotId: booked, ...place, providerId: "dr-who", alsoSlotIds: [far] },
        "appointment_exists confirmed",
        "schedule_mismatch",
        "slot_booked booked",
        "slot_booked far",
        "time_mismatch far",
        policy,
      ],
    ],
    request: [
      [
        { subjectId, appointmentId: confirmed, slotId: booked, orSlotIds: [far] },
        "appointment_exists confirmed",
        "slot_booked booked",
        "schedule_mismatch",
        "schedule_mismatch",
        "slot_booked far",
        policy,
      ],
    ],
    accept: [
      [
        { appointmentId: expired, slotId: far },
        "request_expired expired",
        "schedule_mismatch",
        "schedule_mismatch",
        "slot_booked far",
        policy,
      ],
      [
        { appointmentId: cancelled, slotId: held },
        "invalid_transition cancelled",
        "slot_held held",
        "time_mismatch held",
        policy,
      ],
      [{ appointmentId: waiting }, "no_slot_available", policy],
    ],
  } satisfies Rows;
}

/** The same of the other commands about an appointment. */
function appointmentRows({ slots, appointments }: Stage) {
  const { booked, held, far } = slots;
  const { confirmed, expired, answered, cancelled } = appointments;
  const ended: readonly Row[] = [
    [{ appointmentId: cancelled, ifVersion: 99 }, "version_conflict cancelled", "invalid_transition cancelled", policy],
  ];
  return {
    decline: [[{ appointmentId: confirmed, reason: "x" }, "invalid_transition confirmed", policy]],
    offer: [
      [
        { appointmentId: expired, slotId: far },
        "request_expired expired",
        "schedule_mismatch",
        "schedule_mismatch",
        "slot_booked far",
        policy,
      ],
      [{ appointmentId: confirmed, slotId: held }, "invalid_transition confirmed", "slot_held held", policy],
    ],
    acceptOffer: [
      [{ appointmentId: confirmed }, "invalid_transition confirmed", "offer_not_found confirmed"],
      [{ appointmentId: answered }, "offer_expired answered", policy],
    ],
    declineOffer: [[{ appointmentId: answered }, "offer_expired answered", policy]],
    reschedule: [
      [{ appointmentId: cancelled, slotId: booked }, "invalid_transition cancelled", "slot_booked booked", policy],
      [{ appointmentId: confirmed, ...at(65) }, "no_slot_available blocked", policy],
    ],
    checkIn: ended,
    complete: ended,
    markNoShow: ended,
    cancel: ended,
  } satisfies Rows;
}

function rowsOf(stage: Stage): Record<Parameters<Engine["preview"]>[0], readonly Row[]> {
  return { ...slotRows(stage), ...bookingRows(stage), ...appointmentRows(stage) };
}

/** What a preview has against it, and then what the command itself answers. */
async function against(engine: Engine, command: "book", input: object, nameOf: (id: string | undefined) => string) {
  const given = { actor: patient, ...input } as Parameters<Engine["book"]>[0];
  const preview = await engine.preview(command, given);
  const answer = await engine[command](given).catch((error: unknown) => error);
  assert.ok(!preview.possible && isBookingError(answer));
  assert.equal(preview.reasons[0].error.code, answer.code);
  return preview.reasons.map(({ error, blockedBy }) => `${error.code} ${nameOf(blockedBy?.id)}`.trim());
}

export const previewReasonCases: readonly ConformanceCase[] = [
  {
    key: "preview.every-command",
    title: "a preview of any command has every reason against it, and goes on to the policies",
    async run({ storage }: CaseContext) {
      const clock = manualClock();
      const stage = await stageOf(engineOn(storage, { clock }), clock);
      const engine = engineOn(storage, { clock, policies: [strict] });
      const names = new Map(
        [stage.slots, stage.appointments].flatMap(Object.entries).map(([name, id]) => [id as string, name]),
      );
      const nameOf = (id: string | undefined) => names.get(id ?? "") ?? "";
      for (const [command, rows] of Object.entries(rowsOf(stage))) {
        for (const [input, ...reasons] of rows) {
          const told = await against(engine, command as "book", input, nameOf);
          assert.deepEqual(told, reasons, `${command} ${JSON.stringify(input)}`);
        }
      }
    },
  },
];
