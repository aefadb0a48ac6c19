import { askFor, minutes, patient, place, provider, publish, refusal } from "@slotwright/conformance/fixtures";
import { describe, expect, it } from "vitest";
import {
  type BookingError,
  createEngine,
  type Engine,
  type EngineOptions,
  minimumNotice,
  type Slot,
  type StorageAdapter,
} from "../src/index.ts";
import { memoryAdapter } from "../src/memory/index.ts";

type Offering = "slot_booked" | "slot_blocked" | "slot_held" | "no_slot_available";

const range = (from: number, to: number) => ({ start: minutes(from), end: minutes(to) });
const want = { actor: patient, subjectId: "p-2" };
const room = { providerId: "room-1", facilityId: "north" };

function engineWith(options: Partial<EngineOptions<unknown>> = {}): Engine {
  return createEngine({ storage: memoryAdapter(), ...options });
}

async function create(engine: Engine, where: typeof place | typeof room, ...slots: readonly object[]) {
  return (await engine.createSlots({ actor: provider, ...where, slots: slots as [] })).slots as readonly Slot[];
}

const offered = ({ details }: BookingError<Offering>) => details.alternatives?.map(({ slotId }) => slotId);
const idsOf = (...slots: readonly (Slot | undefined)[]) => slots.map((slot) => slot?.id ?? "");

/** Slots from nine o'clock, the first of them booked. */
async function withFirstBooked(engine: Engine, ...slots: readonly object[]): Promise<readonly [Slot, ...Slot[]]> {
  const made = (await create(engine, place, ...slots)) as readonly [Slot, ...Slot[]];
  await engine.book({ actor: patient, subjectId: "p-1", slotId: made[0].id });
  return made;
}

describe("the alternatives of a refusal", () => {
  it("to accept are slots that contain the time asked for, and accepting one of them succeeds", async () => {
    const engine = engineWith();
    const { id: appointmentId } = await askFor(engine, minutes(0), minutes(30));
    const [taken] = await withFirstBooked(engine, range(0, 60), range(60, 120));
    const accept = { actor: provider, appointmentId, slotId: taken.id, alternatives: 3 };
    expect(offered(await refusal(engine.accept(accept), "slot_booked"))).toEqual([]);
  });

  it("to accept may be shorter than the taken slot, as long as the appointment lies within", async () => {
    const engine = engineWith();
    const { id: appointmentId } = await askFor(engine, minutes(10), minutes(30));
    const [long] = await create(engine, place, range(0, 60));
    const slotId = long?.id ?? "";
    await engine.block({ actor: provider, slotId });
    const [, short] = await create(engine, place, range(0, 10), range(10, 30), range(30, 90));
    const accept = { actor: provider, appointmentId, slotId, alternatives: 3 };
    expect(offered(await refusal(engine.accept(accept), "slot_blocked"))).toEqual(idsOf(short));
    await engine.accept({ ...accept, slotId: short?.id ?? "" });
  });

  it("are slots that the host's policies allow", async () => {
    const check = ({ appointments }: { appointments: readonly { start: Date }[] }) =>
      appointments.some(({ start }) => start < minutes(60)) ? "Nothing before ten o'clock." : undefined;
    const engine = engineWith({ policies: [{ name: "late-riser", check }] });
    const [first, , third] = await publish(engine, 3);
    await engine.block({ actor: provider, slotId: first?.id ?? "" });
    const refused = await refusal(engine.book({ ...want, slotId: first?.id ?? "", alternatives: 3 }), "slot_blocked");
    expect(offered(refused)).toEqual(idsOf(third));
    await engine.book({ ...want, slotId: third?.id ?? "" });
  });

  it("of a booking by time are slots that the host's policies and authorization allow, for the wanted duration", async () => {
    const asked: unknown[] = [];
    const engine = engineWith({
      policies: [
        {
          name: "short",
          check({ command, appointments: [appointment] }) {
            if (command !== "book" || appointment === undefined) return undefined;
            const { start, end } = appointment;
            return +end - +start > 20 * 60_000 ? "Twenty minutes at most." : undefined;
          },
        },
      ],
      authorize(request) {
        if (request.action !== "command") return undefined;
        const { input, slot } = request;
        if (input.slotId !== undefined) asked.push([input.slotId, slot?.id]);
        return slot?.metadata.isPrivate === true ? "This slot is not for you." : undefined;
      },
    });
    const [hidden, open] = await create(
      engine,
      place,
      { ...range(30, 60), metadata: { isPrivate: true } },
      range(60, 90),
    );
    const book = { ...want, ...place, ...range(0, 20), alternatives: 3 };
    expect(offered(await refusal(engine.book(book), "no_slot_available"))).toEqual(idsOf(open));
    expect(asked).toEqual([
      [hidden?.id, hidden?.id],
      [open?.id, open?.id],
    ]);
    const long = { ...book, ...range(0, 30) };
    expect(offered(await refusal(engine.book(long), "no_slot_available"))).toEqual([]);
  });

  it("of a booking with times of its own have room for its duration, at the slot's start where the time cannot stay", async () => {
    const starts: number[] = [];
    const engine = engineWith({
      policies: [
        {
          name: "notes",
          check({ command, appointments }) {
            if (command === "book") starts.push(...appointments.map(({ start }) => start.getTime()));
            return undefined;
          },
        },
      ],
    });
    const [taken, seat, later] = await withFirstBooked(engine, { ...range(0, 30), capacity: 2 }, range(60, 90));
    starts.length = 0;
    const book = { ...want, slotId: taken.id, ...range(10, 30), alternatives: 3 };
    expect(offered(await refusal(engine.book(book), "slot_booked"))).toEqual(idsOf(seat, later));
    expect(starts).toEqual([minutes(10).getTime(), minutes(60).getTime()]);
    const untilHalf = { ...want, slotId: taken.id, end: minutes(40), alternatives: 3 };
    expect(offered(await refusal(engine.book(untilHalf), "slot_booked"))).toEqual([]);
  });

  it("are no shorter than the refused slot where the booking names no time of its own", async () => {
    const engine = engineWith();
    const [taken, , long] = await withFirstBooked(engine, range(0, 30), range(30, 40), range(40, 70));
    const book = { ...want, slotId: taken.id, alternatives: 3 };
    expect(offered(await refusal(engine.book(book), "slot_booked"))).toEqual(idsOf(long));
  });

  it("do not take over the version or the hold that were those of the refused slot", async () => {
    const engine = engineWith();
    const [first, second] = await publish(engine, 2);
    const slotId = first?.id ?? "";
    const { holdToken } = await engine.hold({ actor: patient, slotId });
    await engine.book({ ...want, slotId, holdToken });
    const again = { ...want, slotId, holdToken, ifVersion: 3, alternatives: 1 };
    expect(offered(await refusal(engine.book(again), "slot_booked"))).toEqual(idsOf(second));
  });

  it("to reschedule are slots that the appointment can be moved to", async () => {
    const engine = engineWith({
      policies: [
        {
          name: "not-third",
          check: ({ command, appointments: [moved] }) =>
            command === "reschedule" && moved?.start.getTime() === minutes(60).getTime() ? "Not at ten." : undefined,
        },
      ],
    });
    const [first, second, , fourth] = await publish(engine, 4);
    const { appointment } = await engine.book({ ...want, slotId: first?.id ?? "" });
    await engine.book({ ...want, slotId: second?.id ?? "" });
    const move = { actor: patient, appointmentId: appointment.id, ifVersion: 1, alternatives: 3 };
    const refused = await refusal(engine.reschedule({ ...move, slotId: second?.id ?? "" }), "slot_booked");
    expect(offered(refused)).toEqual(idsOf(fourth));
  });

  it("for a further slot that is taken are slots to take in its place, at the time of the appointment", async () => {
    const engine = engineWith();
    const [slot] = await publish(engine, 1);
    const [taken] = await create(engine, room, range(0, 60), range(60, 120));
    await engine.block({ actor: provider, slotId: taken?.id ?? "" });
    const [seat] = await create(engine, room, range(0, 30));
    const book = { ...want, slotId: slot?.id ?? "", alsoSlotIds: idsOf(taken), alternatives: 3 };
    expect(offered(await refusal(engine.book(book), "slot_blocked"))).toEqual(idsOf(seat));
    await engine.book({ ...book, alsoSlotIds: idsOf(seat) });
  });

  it("name each time once, however many seats are free at it", async () => {
    const engine = engineWith();
    const group = (from: number) => ({ ...range(from, from + 30), capacity: 3 });
    const slots = await withFirstBooked(engine, range(0, 30), group(30), group(60), range(90, 120));
    const book = { ...want, slotId: slots[0].id, alternatives: 3 };
    const { details } = await refusal(engine.book(book), "slot_booked");
    const starts = details.alternatives?.map(({ start }) => start);
    expect(starts).toEqual([minutes(30), minutes(60), minutes(90)]);
  });

  it("are the nearest ones also where hundreds of free slots lie before the wanted time", async () => {
    const engine = engineWith();
    const slots = await publish(engine, 260);
    const last = slots[259] as Slot;
    await engine.block({ actor: provider, slotId: last.id });
    const refused = await refusal(engine.book({ ...want, slotId: last.id, alternatives: 2 }), "slot_blocked");
    expect(offered(refused)).toEqual(idsOf(slots[258], slots[257]));
  });

  it("are had by the same command without what is about the refused time, and with a time that lies within them", async () => {
    const policies = [minimumNotice({ minutes: 60 })];
    const engine = engineWith({ clock: { now: () => minutes(0), sleep: async () => {} }, policies });
    const [, free] = await create(engine, place, range(30, 60), range(90, 150));
    const wish = { ...want, ...place, ...range(30, 60), ifNoSlot: "schedule", alternatives: 1 } as const;
    const { details } = await refusal(engine.book(wish), "policy_violation");
    expect(details.alternatives).toEqual([{ slotId: free?.id, start: minutes(90), end: minutes(150) }]);
    const slotId = free?.id ?? "";
    await refusal(engine.book({ ...wish, slotId } as never), "invalid_input");
    const { ifNoSlot: _, ...same } = wish;
    await refusal(engine.book({ ...same, slotId }), "time_mismatch");
    const { appointment } = await engine.book({ ...same, slotId, ...range(90, 120) });
    expect(appointment.status).toBe("confirmed");
  });

  it("cost two searches, and only where they were asked for", async () => {
    const storage = memoryAdapter();
    let searches = 0;
    const counted: StorageAdapter = {
      ...storage,
      findSlots(query) {
        searches += 1;
        return storage.findSlots(query);
      },
    };
    const engine = createEngine({ storage: counted });
    const slots = await publish(engine, 5);
    const slotId = slots[2]?.id ?? "";
    await engine.block({ actor: provider, slotId });
    searches = 0;
    await refusal(engine.book({ ...want, slotId }), "slot_blocked");
    expect(searches).toBe(0);
    await refusal(engine.book({ ...want, slotId, alternatives: 4 }), "slot_blocked");
    expect(searches).toBe(2);
  });
});
