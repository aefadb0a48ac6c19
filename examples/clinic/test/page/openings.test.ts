import type { Calls, PendingCommand } from "@slotwright/client";
import type { Engine } from "@slotwright/core";
import { beforeEach, describe, expect, it } from "vitest";
import { inputWith, offersIn, wantedBy } from "../../page/src/notices/offers.ts";
import { timesOfLength } from "../../page/src/patient/find/times-of-length.ts";
import { canAcceptAtTime } from "../../page/src/waiting-list/asked-time.ts";
import { engineWithCalls } from "./engine-with-calls.ts";

const place = { providerId: "j-lindqvist", facilityId: "hillside" };
const actor = { kind: "provider", id: "j-lindqvist" } as const;

let engine: Engine<never>;
let calls: Calls;
beforeEach(() => {
  ({ engine, calls } = engineWithCalls(actor));
});

const at = (time: string) => new Date(`2027-03-27T${time}:00Z`);
const times = (start: string, end: string) => ({ start: at(start), end: at(end) });

/** Hours on a Saturday of which no slots are made. */
const openSaturday = () =>
  engine.setAvailability({
    actor,
    ...place,
    timeZone: "UTC",
    hours: {
      openings: "computed",
      offer: { minutes: 30 },
      weekly: [{ days: ["saturday"], from: "09:00", to: "12:00" }],
    },
  });

const publish = async (...starts: readonly string[]): Promise<readonly string[]> => {
  const slots = starts.map((start) => ({ start: at(start), end: new Date(at(start).getTime() + 1_800_000) }));
  return (await engine.createSlots({ actor, ...place, slots })).slots.map(({ id }) => id);
};

/** A command that was refused, as an earlier page has kept it, with its error. */
async function kept(
  name: "book" | "reschedule",
  input: object,
): Promise<[Pick<PendingCommand, "name" | "input">, unknown]> {
  const error = await calls[name as "book"](input as never).then(
    () => undefined,
    (refused: unknown) => refused,
  );
  return [{ name, input: JSON.parse(JSON.stringify(input)) }, error];
}

describe("a request for a time of which no slot was made", () => {
  const ask = async (subjectId = "ada", time = times("09:00", "09:30")) =>
    (await engine.request({ actor, ...place, ...time, subjectId })).appointment;

  it("can be accepted as long as the hours offer the time, and makes its slot", async () => {
    await openSaturday();
    const [first, second] = [await ask(), await ask("ben")];
    expect(await canAcceptAtTime(calls, first)).toBe(true);
    const { appointment, slots } = await calls.accept({ appointmentId: first.id });
    expect([appointment.status, slots.length]).toEqual(["confirmed", 1]);
    expect(await canAcceptAtTime(calls, second)).toBe(false);
  });

  it("cannot where the hours do not offer it, or a slot was asked for", async () => {
    await openSaturday();
    expect(await canAcceptAtTime(calls, await ask("ada", times("13:00", "13:30")))).toBe(false);
    const [slotId = ""] = await publish("14:00");
    const { appointment } = await engine.request({ actor, slotId, subjectId: "ada" });
    expect(await canAcceptAtTime(calls, appointment)).toBe(false);
  });

  it("can against a rule that the staff may pass", async () => {
    await openSaturday();
    const waiting = await ask();
    const elsewhere = { providerId: "dr-osei", facilityId: "harbour" };
    const slots = [times("09:00", "09:30")];
    const made = await engine.createSlots({ actor, ...elsewhere, slots });
    const override = [{ policy: "no_overlap_of_subject", reason: "She asked for both" }];
    await engine.book({ actor, slotId: made.slots[0]?.id ?? "", subjectId: "ada", override });
    await expect(calls.accept({ appointmentId: waiting.id })).rejects.toMatchObject({ code: "policy_violation" });
    expect(await canAcceptAtTime(calls, waiting)).toBe(true);
  });
});

describe("other times that a refusal offers", () => {
  it("are taken by a move that an earlier page had left, with the length that it had", async () => {
    const [own = "", taken = ""] = await publish("09:00", "10:00", "11:00");
    const { appointment } = await engine.book({ actor, slotId: own, subjectId: "ada" });
    await engine.book({ actor, slotId: taken, subjectId: "ben" });
    const move = { appointmentId: appointment.id, slotId: taken, ...times("10:00", "10:20"), alternatives: 3 };
    const [command, error] = await kept("reschedule", move);
    const offer = offersIn(error, true)?.find(({ start }) => start.getTime() === at("11:00").getTime());
    const wanted = await wantedBy(command, calls);
    if (offer === undefined || wanted === undefined) throw new Error("Nothing is offered.");
    const moved = await calls.reschedule(inputWith(command, offer, wanted) as never);
    expect(moved.appointment).toMatchObject(times("11:00", "11:20"));
  });

  it("may be times of the hours, for a booking of a time and for a move to one", async () => {
    await openSaturday();
    const booking = { ...place, ...times("09:00", "09:30"), subjectId: "ada", alternatives: 3 };
    const { appointment } = await calls.book(booking);
    for (const name of ["book", "reschedule"] as const) {
      const own = await engine.book({ actor, ...place, ...times("11:00", "11:30"), subjectId: "carla" });
      const appointmentId = name === "book" ? "id-of-ben" : own.appointment.id;
      const move = { appointmentId, ...times("09:00", "09:30"), alternatives: 3 };
      const [command, error] = await kept(
        name,
        name === "book" ? { ...booking, subjectId: "ben", appointmentId } : move,
      );
      expect(offersIn(error, false)).toBeUndefined();
      const [offer] = offersIn(error, true) ?? [];
      const wanted = await wantedBy(command, calls);
      if (offer === undefined || wanted === undefined) throw new Error("Nothing is offered.");
      expect([offer.slotId, wanted]).toEqual([null, { ...place, ...times("09:00", "09:30") }]);
      const input = inputWith(command, offer, wanted);
      const { appointment: taken } = await calls[name as "book"](input as never);
      expect(taken).toMatchObject({ status: "confirmed", start: offer.start, end: offer.end });
      expect(taken.id === appointmentId).toBe(name === "reschedule");
      await engine.cancel({ actor, appointmentId: own.appointment.id });
    }
    expect((await engine.getAppointment(appointment.id)).status).toBe("confirmed");
  });
});

it("all times of a length are found, on however many pages", async () => {
  await openSaturday();
  const wanted = {
    providerIds: [place.providerId],
    facilityId: place.facilityId,
    minutes: 30,
    from: at("00:00"),
    to: at("23:00"),
    limit: 2,
  };
  const found = await timesOfLength(calls, wanted);
  expect(found.map(({ start }) => start)).toEqual(["09:00", "09:30", "10:00", "10:30", "11:00", "11:30"].map(at));
});
