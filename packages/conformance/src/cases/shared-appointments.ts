import assert from "node:assert/strict";
import type { Appointment, CommandRequest, Engine, Proposal, Slot, StorageAdapter } from "@slotwright/core";
import type { AppointmentQuery, Position } from "@slotwright/core/adapter";
import { askFor, assertSound, engineOn, minutes, patient, provider } from "../fixtures.ts";
import type { ConformanceCase } from "../harness.ts";

type Providers = readonly string[];

/** One slot per hour for each provider, from nine o'clock. */
async function publishHours(
  engine: Engine,
  providers: Providers,
  hours: number,
): Promise<readonly (readonly Slot[])[]> {
  const slots = Array.from({ length: hours }, (_, hour) => ({
    start: minutes(hour * 60),
    end: minutes(hour * 60 + 60),
  }));
  const published: (readonly Slot[])[] = [];
  for (const providerId of providers) {
    const place = { providerId, facilityId: providerId === "annex" ? "south" : "north" };
    published.push((await engine.createSlots({ actor: provider, ...place, slots })).slots);
  }
  return published;
}

const idsOf = (found: readonly { readonly id: string }[]): readonly string[] => found.map(({ id }) => id);

async function allPages(storage: StorageAdapter, query: Omit<AppointmentQuery, "limit">, limit: number) {
  const found: Appointment[] = [];
  for (let after: Position | undefined; ; ) {
    const page = await storage.findAppointments({ ...query, limit, ...(after && { after }) });
    found.push(...page);
    after = page.at(-1);
    if (page.length < limit) return found;
  }
}

const names = ["dr-grey", "room-1", "device-1", "annex"] as const;

/** Twenty appointments. Every second one has further providers, up to three, and every fifth one is cancelled. */
async function bookShared(engine: Engine): Promise<void> {
  const published = await publishHours(engine, names, 20);
  for (let hour = 0; hour < 20; hour++) {
    const count = hour % 2 === 0 ? 1 : 2 + (hour % 3);
    const [slotId = "", ...alsoSlotIds] = Array.from(
      { length: count },
      (_, index) => published[(hour + index) % names.length]?.[hour]?.id ?? "",
    );
    const { appointment } = await engine.book({ actor: patient, slotId, alsoSlotIds, subjectId: `p-${hour % 3}` });
    if (hour % 5 === 0) await engine.cancel({ actor: patient, appointmentId: appointment.id });
  }
}

const queries: readonly Omit<AppointmentQuery, "limit" | "providerIds">[] = [
  {},
  { statuses: ["confirmed"] },
  { statuses: ["cancelled"] },
  { facilityId: "south" },
  { subjectId: "p-1" },
  { startFrom: minutes(180), startBefore: minutes(900) },
  { subjectId: "p-2", startFrom: minutes(60), statuses: ["confirmed", "cancelled"], facilityId: "north" },
];

const asked: readonly Providers[] = [
  ["annex"],
  ["room-1"],
  ["device-1", "room-1"],
  ["nobody", "device-1", "annex"],
  names,
  [...names, ...Array.from({ length: 8 }, (_, index) => `nobody-${index}`)],
];

function matches(
  appointment: Appointment,
  { statuses, facilityId, subjectId, startFrom, startBefore }: Partial<AppointmentQuery>,
) {
  return (
    (statuses === undefined || statuses.includes(appointment.status)) &&
    (facilityId === undefined || appointment.facilityId === facilityId) &&
    (subjectId === undefined || appointment.subjectId === subjectId) &&
    (startFrom === undefined || appointment.start >= startFrom) &&
    (startBefore === undefined || appointment.start < startBefore)
  );
}

export const sharedAppointmentCases: readonly ConformanceCase[] = [
  {
    key: "booking.shared",
    title: "an appointment names all its providers, and each of them finds it until it moves away from them",
    async run({ storage, second }) {
      const engine = engineOn(storage);
      const [own, rooms, devices] = await publishHours(engine, ["dr-grey", "room-1", "device-1"], 3);
      const idAt = (slots: readonly Slot[] | undefined, hour: number) => slots?.[hour]?.id ?? "";
      const lists = async (...providerIds: string[]) =>
        idsOf((await engineOn(second).listAppointments({ providerIds })).items);
      const wanted = { actor: patient, subjectId: "p-1" };
      const before = (await engine.book({ ...wanted, slotId: idAt(rooms, 0) })).appointment;
      const after = (await engine.book({ ...wanted, slotId: idAt(rooms, 2) })).appointment;
      const also = [idAt(rooms, 1), idAt(devices, 1)];
      const shared = (await engine.book({ ...wanted, slotId: idAt(own, 1), alsoSlotIds: also })).appointment;
      assert.deepEqual([before.providerIds, shared.providerIds], [["room-1"], ["dr-grey", "room-1", "device-1"]]);
      assert.deepEqual(await engineOn(second).getAppointment(shared.id), shared);
      assert.deepEqual(await lists("room-1"), [before.id, shared.id, after.id]);
      assert.deepEqual(await lists("device-1"), [shared.id]);
      assert.deepEqual(await lists("dr-grey", "room-1", "device-1"), [before.id, shared.id, after.id]);
      const to = { slotId: idAt(own, 0), alsoSlotIds: [idAt(devices, 0)] };
      const moved = (await engine.reschedule({ actor: patient, appointmentId: shared.id, ...to })).appointment;
      assert.deepEqual(moved.providerIds, ["dr-grey", "device-1"]);
      assert.deepEqual([await lists("room-1"), await lists("device-1")], [[before.id, after.id], [shared.id]]);
      assert.deepEqual(
        idsOf((await engine.listAppointments({ providerIds: ["device-1"], from: minutes(30) })).items),
        [],
      );
      await assertSound(storage);
      await engine.cancel({ actor: patient, appointmentId: shared.id });
      assert.deepEqual((await engine.getAppointment(shared.id)).providerIds, ["dr-grey", "device-1"]);
      assert.deepEqual(await lists("device-1"), [shared.id]);
      const { items } = await engine.listAppointments({ providerIds: ["device-1"], statuses: ["confirmed"] });
      assert.deepEqual(items, []);
    },
  },
  {
    key: "booking.shared-accepted",
    title:
      "a requested appointment names its one provider, all of them once accepted, and one again after moving to one",
    async run({ storage }) {
      const engine = engineOn(storage);
      const request = await askFor(engine, minutes(0), minutes(30));
      assert.deepEqual(request.providerIds, ["dr-grey"]);
      const [own, rooms] = await publishHours(engine, ["dr-grey", "room-1"], 2);
      const [slotId = "", alone = ""] = idsOf(own ?? []);
      const alsoSlotIds = idsOf(rooms ?? []).slice(0, 1);
      const lists = async () => idsOf((await engine.listAppointments({ providerIds: ["room-1"] })).items);
      const by = { actor: provider, appointmentId: request.id };
      const { appointment } = await engine.accept({ ...by, slotId, alsoSlotIds });
      assert.deepEqual([appointment.providerIds, await lists()], [["dr-grey", "room-1"], [request.id]]);
      const last = (await engine.history({ appointmentId: request.id })).items.at(-1);
      assert.deepEqual(last?.changes.providerIds?.to, ["dr-grey", "room-1"]);
      const { appointment: moved } = await engine.reschedule({ ...by, slotId: alone });
      assert.deepEqual([moved.providerIds, await lists()], [["dr-grey"], []]);
      await assertSound(storage);
    },
  },
  {
    key: "booking.shared-host-functions",
    title: "authorize sees all slots that a command names, and policies see all providers of the appointment",
    async run({ storage }) {
      const requests: CommandRequest[] = [];
      const proposals: Proposal[] = [];
      const policy = { name: "look", check: (proposal: Proposal) => void proposals.push(proposal) };
      const engine = engineOn(storage, {
        authorize: (request) => void requests.push(request as CommandRequest),
        policies: [policy],
      });
      const [own, rooms] = await publishHours(engine, ["dr-grey", "room-1"], 2);
      const pair = (hour: number) => [own?.[hour]?.id ?? "", rooms?.[hour]?.id ?? ""] as const;
      const [[slotId, room], [nextId, nextRoom]] = [pair(0), pair(1)];
      const { appointment } = await engine.book({ actor: patient, subjectId: "p-1", slotId, alsoSlotIds: [room] });
      const seen = () => requests.at(-1)?.slots.map(({ id }) => id);
      assert.deepEqual([seen(), requests.at(-1)?.slot?.id], [[slotId, room], slotId]);
      const by = { actor: patient, appointmentId: appointment.id };
      await engine.reschedule({ ...by, slotId: nextId, alsoSlotIds: [nextRoom] });
      assert.deepEqual(
        [seen(), requests.at(-1)?.appointment?.providerIds],
        [
          [nextId, nextRoom],
          ["dr-grey", "room-1"],
        ],
      );
      await engine.cancel(by);
      assert.deepEqual([seen(), requests.at(-1)?.appointment?.providerIds], [[], ["dr-grey", "room-1"]]);
      const named = proposals.flatMap(({ appointments }) => appointments.map(({ providerIds }) => providerIds));
      assert.deepEqual(named, Array(3).fill(["dr-grey", "room-1"]));
    },
  },
  {
    key: "contract.appointments-of-providers",
    title: "appointments of several providers are listed once each, in order, page by page, under every condition",
    async run({ storage }) {
      await bookShared(engineOn(storage));
      const all = await allPages(storage, {}, 100);
      assert.equal(all.length, 20);
      for (const providerIds of asked) {
        for (const query of queries) {
          const isTheirs = (one: Appointment) => one.providerIds.some((id) => providerIds.includes(id));
          const expected = all.filter((one) => isTheirs(one) && matches(one, query));
          for (const limit of [2, 100]) {
            const found = await allPages(storage, { ...query, providerIds }, limit);
            assert.deepEqual(found, expected, JSON.stringify({ ...query, providerIds, limit }));
          }
        }
      }
    },
  },
];
