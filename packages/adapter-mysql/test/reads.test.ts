import type { Slot } from "@slotwright/core";
import {
  appointmentOn,
  sampleInstant as at,
  booking,
  creation,
  sampleNow as now,
  slotAt,
  transitionOf,
} from "@slotwright/core/conformance";
import { afterAll, beforeAll, expect, it } from "vitest";
import { describeOnEachServer } from "./each-server.ts";
import { type MysqlStore, openMysqlStore } from "./mysql-harness.ts";

const provider = (index: number) => ({ providerId: `provider-${index}`, seat: index });
const slots: readonly Slot[] = [
  slotAt(0, { ...provider(0), id: "a" }),
  slotAt(0, { ...provider(1), id: "b" }),
  slotAt(0, { ...provider(2), id: "c", facilityId: "facility-2" }),
  slotAt(30, { ...provider(0), id: "d", status: "held", hold: { tokenHash: "h", expiresAt: at(10) } }),
  slotAt(30, { ...provider(1), id: "e", status: "blocked" }),
  slotAt(60, { ...provider(0), id: "f" }),
];

describeOnEachServer("reads", (server) => {
  let store: MysqlStore;

  beforeAll(async () => {
    store = await openMysqlStore(server);
    const created = [
      ...(await store.storage.commit([creation(...slots)])),
      ...(await store.storage.commit([booking(slots[5] as Slot)])),
    ];
    expect(created.map(({ status }) => status)).toEqual(["committed", "committed"]);
  });
  afterAll(() => store.close());

  const found = async (query: Partial<Parameters<MysqlStore["storage"]["findSlots"]>[0]>) =>
    (await store.storage.findSlots({ asOf: now, limit: 100, ...query })).map(({ id }) => id).join("");

  it("lists slots by start and id, merged over providers, and never more than the limit", async () => {
    expect(await found({})).toBe("abcdef");
    expect(await found({ providerIds: ["provider-1", "provider-1", "provider-0"] })).toBe("abdef");
    expect(await found({ providerIds: ["provider-0", "provider-1", "provider-2"], limit: 4 })).toBe("abcd");
    expect(await found({ providerIds: ["provider-2", "provider-0"], descending: true })).toBe("fdca");
    expect(await found({ providerIds: [] })).toBe("");
    expect(await found({ statuses: [] })).toBe("");
  });

  it("pages from any place, forwards and backwards, whatever the bounds", async () => {
    const place = { start: at(0), id: "b" };
    expect(await found({ after: place })).toBe("cdef");
    expect(await found({ after: place, startFrom: at(0) })).toBe("cdef");
    expect(await found({ after: place, startFrom: at(1) })).toBe("def");
    expect(await found({ after: place, startFrom: at(-1), startBefore: at(60) })).toBe("cde");
    expect(await found({ after: place, descending: true })).toBe("a");
    expect(await found({ after: { start: at(60), id: "f" }, descending: true, startBefore: at(60) })).toBe("edcba");
    expect(await found({ after: { start: at(60), id: "f" }, descending: true, startBefore: at(30) })).toBe("cba");
  });

  it("restricts by facility, schedule and times, all at once", async () => {
    expect(await found({ facilityId: "facility-2" })).toBe("c");
    expect(await found({ scheduleId: "schedule-1", startFrom: at(1), endAfter: at(60) })).toBe("f");
    expect(await found({ scheduleId: "other" })).toBe("");
    expect(await found({ providerIds: ["provider-0"], startFrom: at(0), startBefore: at(60), endAfter: at(30) })).toBe(
      "d",
    );
  });

  it("counts a hold as none from the instant it expires", async () => {
    const statuses = ["available"] as const;
    expect(await found({ statuses, asOf: at(9) })).toBe("abc");
    expect(await found({ statuses, asOf: at(10) })).toBe("abcd");
    expect(await found({ statuses: ["held"], asOf: at(9) })).toBe("d");
    expect(await found({ statuses: ["held"], asOf: at(10) })).toBe("");
    expect(await found({ statuses: ["booked", "blocked"] })).toBe("ef");
  });

  it("lists appointments by subject, provider, facility, status and start", async () => {
    const asked = appointmentOn(slotAt(0), { id: "asked", status: "scheduled", slotIds: [], subjectId: "subject-2" });
    await store.storage.commit([transitionOf("ask", asked)]);
    const list = async (query: object) =>
      (await store.storage.findAppointments({ limit: 10, ...query })).map(({ id }) => id);
    const both = ["asked", "appointment-of-f"];
    expect(await list({})).toEqual(both);
    expect(await list({ limit: 1 })).toEqual(["asked"]);
    expect(await list({ after: { start: at(0), id: "asked" } })).toEqual(["appointment-of-f"]);
    expect(await list({ subjectId: "subject-2" })).toEqual(["asked"]);
    expect(await list({ providerIds: ["provider-0", "provider-1"] })).toEqual(both);
    expect(await list({ facilityId: "facility-2" })).toEqual([]);
    expect(await list({ statuses: ["confirmed", "cancelled"] })).toEqual(["appointment-of-f"]);
    expect(await list({ startFrom: at(0), startBefore: at(60) })).toEqual(["asked"]);
  });
});
