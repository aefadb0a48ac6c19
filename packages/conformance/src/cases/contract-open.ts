import assert from "node:assert/strict";
import type { Slot, StorageAdapter } from "@slotwright/core";
import type { OpenQuery, OpenSeat } from "@slotwright/core/adapter";
import type { ConformanceCase } from "../harness.ts";
import { sampleInstant as at, booking, creation, sampleNow, slotAt } from "../records.ts";

const provider = (index: number) => ({ providerId: `Provider-${index}`, seat: index });
const slots: readonly Slot[] = [
  slotAt(0, { ...provider(0), id: "a" }),
  slotAt(0, { ...provider(1), id: "b" }),
  slotAt(0, { ...provider(2), id: "c", facilityId: "Facility-2" }),
  slotAt(30, { ...provider(0), id: "d", status: "held", hold: { tokenHash: "h", expiresAt: at(10), holderId: null } }),
  slotAt(30, { ...provider(1), id: "e", status: "blocked" }),
  slotAt(60, { ...provider(0), id: "f" }),
  slotAt(60, { ...provider(1), id: "g" }),
  slotAt(60, { ...provider(1), id: "h", seat: 3 }),
];

type Find = (query: Partial<OpenQuery>) => Promise<string>;

/** Stores the slots, and books one. The returned function finds the ids of free seats, one letter each. */
async function stagedIn(storage: StorageAdapter): Promise<Find> {
  await storage.commit([creation(...slots)]);
  const [booked] = slots.filter(({ id }) => id === "f");
  assert.deepEqual(await storage.commit([booking(booked as Slot)]), [{ status: "committed" }]);
  return async (query) => {
    const found = await storage.findOpen({ asOf: sampleNow, limit: 100, ...query });
    return found.map(({ id }) => id).join("");
  };
}

const seatOf = ({ id, providerId, facilityId, start, end, version }: Slot): OpenSeat => {
  return { id, providerId, facilityId, start, end, version };
};

const all = ["Provider-0", "Provider-1", "Provider-2"];
const day = { startFrom: at(0), startBefore: at(1440) };

export const contractOpenCases: readonly ConformanceCase[] = [
  {
    key: "contract.open",
    title: "findOpen has what is free and nothing else, in six columns, and a hold until it expires",
    async run({ storage, second }) {
      const found = await stagedIn(storage);
      const free = slots.filter(({ id }) => "abcgh".includes(id)).map(seatOf);
      for (const query of [day, { providerIds: all }, { ...day, providerIds: all }]) {
        assert.deepEqual(await second.findOpen({ ...query, asOf: sampleNow, limit: 10 }), free);
        assert.equal(await found({ ...query, asOf: new Date(at(10).getTime() - 1) }), "abcgh");
        assert.equal(await found({ ...query, asOf: at(10) }), "abcdgh");
      }
    },
  },
  {
    key: "contract.open-restricted",
    title: "findOpen restricts by providers and facility, exactly as they are written, and by times to the millisecond",
    async run({ storage }) {
      const found = await stagedIn(storage);
      assert.equal(await found({ ...day, providerIds: ["Provider-2", "Provider-0", "Provider-2"] }), "ac");
      assert.equal(await found({ providerIds: ["provider-0", "PROVIDER-1", "Provider-2"] }), "c");
      assert.equal(await found({ ...day, providerIds: [] }), "");
      assert.equal(await found({ ...day, facilityId: "Facility-2" }), "c");
      assert.equal(await found({ ...day, facilityId: "facility-2" }), "");
      for (const query of [{ providerIds: all }, { ...day, providerIds: all }, day]) {
        assert.equal(await found({ ...query, startFrom: at(60) }), "gh");
        assert.equal(await found({ ...query, startFrom: new Date(at(60).getTime() + 1) }), "");
        assert.equal(await found({ ...query, startBefore: at(60) }), "abc");
        assert.equal(await found({ ...query, startBefore: new Date(at(60).getTime() + 1) }), "abcgh");
      }
    },
  },
  {
    key: "contract.open-pages",
    title: "findOpen has never more than the limit, and goes on from any seat, forwards and backwards",
    async run({ storage }) {
      const found = await stagedIn(storage);
      for (const query of [day, { providerIds: all }, { ...day, providerIds: all }]) {
        for (const limit of [1, 2, 3, 5]) {
          assert.equal(await found({ ...query, limit }), "abcgh".slice(0, limit));
          assert.equal(await found({ ...query, limit, descending: true }), "hgcba".slice(0, limit));
        }
        const after = { start: at(0), id: "b" };
        assert.equal(await found({ ...query, after }), "cgh");
        assert.equal(await found({ ...query, after, limit: 1 }), "c");
        assert.equal(await found({ ...query, after, descending: true }), "a");
        assert.equal(await found({ ...query, after: { start: at(30), id: "d" } }), "gh");
      }
    },
  },
];
