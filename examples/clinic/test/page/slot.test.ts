import type { ShownEntry, ShownSlot } from "@slotwright/client";
import { describe, expect, it } from "vitest";
import { namesOf } from "../../page/src/directory/names.ts";
import { whyRefused } from "../../page/src/notices/why.ts";
import { actionsOf, busySourceOf } from "../../page/src/slot/action-words.ts";
import { changesInWords, entryInWords } from "../../page/src/slot/entry-words.ts";
import { directoryOf } from "../../server/directory.ts";
import { engineWithCalls } from "./engine-with-calls.ts";

const names = namesOf(directoryOf({ kind: "provider", id: "dr-osei" }, 60));
const zone = "Europe/Berlin";

const entry = (parts: Partial<ShownEntry>): ShownEntry =>
  ({ actor: { kind: "provider", id: "dr-osei" }, command: "block", changes: {}, ...parts }) as ShownEntry;

describe("what happened to a slot", () => {
  it("says who did what, by name", () => {
    expect(entryInWords(entry({ command: "block" }), names)).toBe("Dr Amara Osei blocked it.");
    const byPatient = entry({ command: "book", actor: { kind: "patient", id: "ada-brandt" } });
    expect(entryInWords(byPatient, names)).toBe("Ada Brandt booked it.");
  });

  it("shows each field as it was and as it became", () => {
    const changes = {
      status: { from: "held", to: "booked" },
      appointmentId: { from: null, to: "0199-abcdef" },
      hold: { from: { tokenHash: "x", expiresAt: "2027-03-15T08:05:00.000Z" }, to: null },
    };
    expect(changesInWords(entry({ changes }), names, zone)).toEqual([
      { name: "Status", before: "held", after: "booked" },
      { name: "Appointment", before: "none", after: "…abcdef" },
      { name: "Hold", before: "until 09:05", after: "none" },
    ]);
  });

  it("shows only what became of a slot that was not there before", () => {
    const changes = { status: { from: null, to: "available" }, facilityId: { from: null, to: "harbour" } };
    expect(changesInWords(entry({ changes, fromStatus: null }), names, zone)).toEqual([
      { name: "Status", before: null, after: "free" },
      { name: "At", before: null, after: "Harbour Clinic" },
    ]);
  });

  it("leaves out what nobody could read, and what is hidden", () => {
    const changes = { scheduleId: { from: null, to: "x" }, seat: { from: null, to: 0 } };
    expect(changesInWords(entry({ changes }), names, zone)).toEqual([]);
    expect(changesInWords(entry({ changes: null as never }), names, zone)).toEqual([]);
  });
});

describe("what can be done with a slot", () => {
  it("depends on its state, and on that of its appointment", () => {
    const slot = (status: ShownSlot["status"]) => ({ status, metadata: {} });
    expect(actionsOf(slot("available"), undefined)).toEqual(["block"]);
    expect(actionsOf(slot("blocked"), undefined)).toEqual(["unblock"]);
    expect(actionsOf(slot("held"), undefined)).toEqual(["breakHold", "breakHoldAndBlock"]);
    expect(actionsOf(slot("booked"), "confirmed")).toContain("checkIn");
    expect(actionsOf(slot("booked"), "checked_in")).not.toContain("checkIn");
    expect(actionsOf(slot("booked"), "completed")).toEqual([]);
  });

  it("does not end the time that another calendar takes, and says why", async () => {
    const actor = { kind: "provider", id: "dr-osei" };
    const { engine, calls } = engineWithCalls(actor);
    const [from, until] = ["2027-03-22T00:00:00Z", "2027-03-23T00:00:00Z"];
    const intervals = [{ start: "2027-03-22T09:00:00Z", end: "2027-03-22T10:00:00Z" }];
    const place = { providerId: "dr-osei", facilityId: "harbour" };
    await engine.createSlots({ actor, ...place, slots: intervals });
    await engine.importBusy({ actor, ...place, source: "north hospital", from, until, intervals });
    const { items } = await calls.listSlots({ providerIds: [place.providerId], statuses: ["blocked"] });
    expect(items.map((slot) => [busySourceOf(slot), actionsOf(slot, undefined)])).toEqual(
      expect.arrayContaining([
        ["north hospital", []],
        [null, ["unblock"]],
      ]),
    );
    const taken = items.find((slot) => busySourceOf(slot) !== null);
    const error = await calls.unblock({ slotId: taken?.id ?? "" }).catch((refused: unknown) => refused);
    expect(whyRefused(error, zone)).toContain("another calendar says that it is taken");
  });
});
