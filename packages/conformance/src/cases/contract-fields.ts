import assert from "node:assert/strict";
import type { Appointment, Availability, RecordKey, Schedule, Slot, StorageAdapter } from "@slotwright/core";
import { keyOf, keyText, type Transition, type VersionedRecord } from "@slotwright/core/adapter";
import { newSlot } from "@slotwright/core/checking";
import type { ConformanceCase } from "../harness.ts";
import { journalOf } from "../journal-of.ts";
import { sampleInstant as at, commandKey, sampleNow } from "../records.ts";

/** What databases tend to change: case, composed accents, trailing spaces, long texts. */
const exactly = (what: string): string => `${what.slice(0, 8)} \u00c4e\u0301 \u{1f9b7}${"x".repeat(105)}Z  `;

const odd = (minutes: number): Date => new Date(at(minutes).getTime() + 7);
const oddNow = new Date(sampleNow.getTime() + 1);
const metadata = { Empty: {}, list: [], nothing: null, half: -0.5, Text: exactly("m"), deep: [{ a: [1.25] }] };

const schedule: Schedule = {
  kind: "schedule",
  id: exactly("line"),
  providerId: exactly("provider"),
  facilityId: exactly("facility"),
  timeZone: exactly("zone"),
  version: 1,
  createdAt: odd(-90),
  updatedAt: odd(-80),
};
const everywhere: Schedule = { ...schedule, id: exactly("other"), facilityId: null };

const place = { scheduleId: schedule.id, providerId: schedule.providerId, facilityId: exactly("facility") };
const free: Slot = newSlot({ id: exactly("slot"), ...place, seat: 3, start: odd(0), end: odd(30), metadata }, odd(-70));
const held: Slot = {
  ...free,
  status: "held",
  hold: { tokenHash: exactly("token"), expiresAt: odd(200), holderId: exactly("holder") },
  metadata: { ...metadata, second: true },
  version: 2,
  updatedAt: odd(-60),
};
const appointment: Appointment = {
  kind: "appointment",
  id: exactly("visit"),
  subjectId: exactly("subject"),
  providerId: place.providerId,
  providerIds: [place.providerId, exactly("room")],
  facilityId: place.facilityId,
  start: odd(1),
  end: odd(29),
  status: "confirmed",
  slotIds: [free.id],
  metadata,
  version: 1,
  createdAt: odd(-50),
  updatedAt: odd(-40),
  request: {
    wishes: [{ slotId: free.id, start: odd(0), end: odd(30) }],
    heldUntil: odd(-45),
    expiresAt: odd(-44),
    offer: { slotId: exactly("offered"), start: odd(3), end: odd(4), expiresAt: odd(-43) },
  },
};
const booked: Slot = {
  ...held,
  status: "booked",
  appointmentId: appointment.id,
  hold: null,
  metadata: {},
  version: 3,
  updatedAt: odd(-30),
};
const cancelled: Appointment = {
  ...appointment,
  status: "cancelled",
  slotIds: [],
  metadata: { other: [null] },
  request: null,
  version: 2,
  updatedAt: odd(-20),
};
const freed: Slot = { ...booked, status: "available", appointmentId: null, version: 4, updatedAt: odd(-20) };
const availability: Availability = {
  kind: "availability",
  // A schedule and an availability may have the same id.
  id: schedule.id,
  providerId: place.providerId,
  facilityId: place.facilityId,
  timeZone: exactly("zone"),
  hours: {
    offer: { minutes: 25, step: 30, capacity: 7 },
    weekly: [{ days: ["monday", "sunday"], from: 1320, to: 1560, validFrom: "2027-01-01", validUntil: "2027-12-31" }],
    exceptions: [{ first: "2027-03-25", last: "2027-03-26", hours: [], extra: false }],
  },
  zoneRules: [
    {
      version: null,
      since: "2026-12-01T00:00:00.000Z",
      until: "2030-01-01T00:00:00.000Z",
      offsets: [{ from: "2026-12-01T00:00:00.000Z", minutes: -179.5 }],
    },
  ],
  version: 1,
  createdAt: odd(-9),
  updatedAt: odd(-9),
};
const moved: Availability = {
  ...availability,
  timeZone: "UTC",
  hours: { offer: { minutes: 1, step: 1, capacity: 1 }, weekly: [], exceptions: [] },
  zoneRules: [],
  version: 2,
  updatedAt: odd(-8),
};
const raised: Schedule = { ...schedule, version: 2, updatedAt: odd(-10) };

/** What is written, one after another. */
const steps: readonly (readonly VersionedRecord[])[] = [
  [schedule, everywhere],
  [free],
  [held],
  [appointment, booked],
  [cancelled, freed],
  [raised],
  [availability],
  [moved],
];

function transitionTo(records: readonly VersionedRecord[], step: number): Transition {
  const id = exactly(`${step}`);
  return {
    command: { id, requestHash: exactly(`hash ${step}`), result: { ...metadata, step } },
    expect: records.map((record) => ({ key: keyOf(record), version: record.version - 1 })),
    put: records,
    journal: records.flatMap((record) =>
      record.kind === "schedule" || record.kind === "agenda"
        ? []
        : [
            {
              recordKind: record.kind,
              recordId: record.id,
              providerIds: record.kind === "appointment" ? record.providerIds : [record.providerId],
              facilityId: record.facilityId,
              version: record.version,
              // Any text as long as a command's name will do: an adapter does not know commands.
              command: exactly("command") as never,
              commandId: id,
              actor: { kind: exactly("kind"), id: exactly("actor") },
              reason: step % 2 === 0 ? null : `${exactly("reason")}${"y".repeat(300)}  `,
              at: new Date(oddNow.getTime() + step),
              fromStatus: record.version === 1 ? null : exactly("from"),
              toStatus: exactly("to"),
              changes: { status: { to: step }, metadata: { from: { step }, to: metadata } },
            },
          ],
    ),
  };
}

const transitions = steps.map(transitionTo);

async function assertStored(storage: StorageAdapter, upTo: number): Promise<void> {
  const latest = new Map(
    steps.slice(0, upTo + 1).flatMap((records) => records.map((record) => [keyText(record), record])),
  );
  const records = [...latest.values()];
  assert.deepEqual(await storage.load(records.map(keyOf)), records);
  for (const { id, requestHash, result } of transitions.slice(0, upTo + 1).map(({ command }) => command)) {
    assert.deepEqual(await storage.load([commandKey(id)]), [{ kind: "command", id, requestHash, result }]);
  }
  const entries = transitions.slice(0, upTo + 1).flatMap(({ journal }) => journal);
  for (const { id, kind } of [free, appointment, availability]) {
    const own = entries.filter(({ recordId, recordKind }) => recordId === id && recordKind === kind);
    assert.deepEqual(await journalOf(storage, { record: { kind, id }, limit: 10 }), own);
  }
  const byKey = (wanted: RecordKey) => [latest.get(keyText(wanted)) ?? []].flat();
  assert.deepEqual(await storage.findSlots({ asOf: sampleNow, limit: 10 }), byKey(free));
  assert.deepEqual(await storage.findAppointments({ limit: 10 }), byKey(appointment));
}

export const contractFieldCases: readonly ConformanceCase[] = [
  {
    key: "contract.fields",
    title: "every field of every record, command and entry is stored exactly as it was inserted or changed",
    async run({ storage, second }) {
      for (const [step, transition] of transitions.entries()) {
        assert.deepEqual(await storage.commit([transition]), [{ status: "committed" }]);
        await assertStored(second, step);
      }
    },
  },
];
