import type { CommandName, SlotStatus } from "@slotwright/core";
import { keyText, type Transition, type VersionedRecord } from "@slotwright/core/adapter";
import { ofTransitions } from "./column-mutants.ts";
import { type Mutant, withCalls } from "./mutant.ts";

/** Changes what this command writes. */
const ofCommand = (name: CommandName, change: (one: Transition) => Transition): Mutant["breakIt"] =>
  ofTransitions((one) => (one.journal.some(({ command }) => command === name) ? change(one) : one));

/** As if the command had not had these records, so that nobody meets it there. */
function withoutRecords(isMissing: (record: VersionedRecord) => boolean) {
  return (one: Transition): Transition => {
    const missing = new Set(one.put.filter(isMissing).map(keyText));
    const isThere = (key: Parameters<typeof keyText>[0]) => !missing.has(keyText(key));
    return {
      ...one,
      put: one.put.filter(isThere),
      expect: one.expect.filter(({ key }) => isThere(key)),
      journal: one.journal.filter(({ recordKind: kind, recordId: id }) => isThere({ kind, id })),
    };
  };
}

const isKnownSchedule = ({ kind, version }: VersionedRecord) => kind === "schedule" && version > 1;

/** All who publish, block or change hours meet at the schedule. */
const scheduleMutants: readonly Mutant[] = (
  ["publishSlots", "importBusy", "setAvailability", "block", "createSlots", "unblock"] as const
).map((name) => ({
  key: `commit does not write the schedule of ${name}`,
  breakIt: ofCommand(name, withoutRecords(isKnownSchedule)),
}));

const isSlot = (status: SlotStatus) => (record: VersionedRecord) =>
  record.kind === "slot" && record.status === status && record.version > 1;

const forgotten: readonly Mutant[] = [
  {
    key: "commit forgets what publishSlots withdraws",
    breakIt: ofCommand("publishSlots", withoutRecords(isSlot("withdrawn"))),
  },
  {
    key: "commit forgets the busy times that are gone",
    breakIt: ofCommand("importBusy", withoutRecords(isSlot("withdrawn"))),
  },
  {
    key: "commit forgets what importBusy sets free",
    breakIt: ofCommand("importBusy", withoutRecords(isSlot("available"))),
  },
  {
    key: "commit forgets what importBusy blocks",
    breakIt: ofCommand("importBusy", withoutRecords(isSlot("blocked"))),
  },
  {
    key: "commit forgets the rules of the zone that publishSlots has published by",
    breakIt: ofCommand(
      "publishSlots",
      withoutRecords(({ kind }) => kind === "availability"),
    ),
  },
  {
    key: "commit leaves a slot available that was made for a booking which is cancelled",
    breakIt: ofCommand("cancel", (one) => ({
      ...one,
      put: one.put.map((record) =>
        isSlot("withdrawn")(record) ? ({ ...record, status: "available" } as VersionedRecord) : record,
      ),
    })),
  },
  {
    key: "commit makes one seat of each opening that is published",
    breakIt: ofCommand(
      "publishSlots",
      withoutRecords((record) => record.kind === "slot" && record.version === 1 && record.seat > 0),
    ),
  },
  {
    key: "commit does not compare the hours that an opening is booked by",
    breakIt: ofCommand("book", (one) => ({
      ...one,
      expect: one.expect.filter(({ key }) => key.kind !== "availability"),
    })),
  },
];

/** Publishers look up the ids of what is withdrawn. Nobody else is shown it. */
const withdrawnMutants: readonly Mutant[] = [
  {
    key: "findSlots never has what is withdrawn",
    breakIt: withCalls((storage) => ({
      findSlots: async (query, call) =>
        (await storage.findSlots(query, call)).filter(({ status }) => status !== "withdrawn"),
    })),
  },
  {
    key: "findSlots has what is withdrawn among others",
    breakIt: withCalls((storage) => ({
      findSlots: ({ statuses, ...query }, call) =>
        storage.findSlots(
          { ...query, ...(statuses && { statuses: [...new Set([...statuses, "withdrawn" as const])] }) },
          call,
        ),
    })),
  },
  {
    key: "load never has what is withdrawn",
    breakIt: withCalls((storage) => ({
      load: async (keys, call) =>
        (await storage.load(keys, call)).map((record) =>
          record?.kind === "slot" && record.status === "withdrawn" ? undefined : record,
        ),
    })),
  },
];

/** What a publisher or a search for times finds in the way of an opening. */
const inTheWayMutants: readonly Mutant[] = (["booked", "held", "available"] as const).map((missing) => ({
  key: `a search for what lies at a time finds no ${missing} slots`,
  breakIt: withCalls((storage) => ({
    findSlots: async (query, call) => {
      const found = await storage.findSlots(query, call);
      const isAroundTime = query.endAfter !== undefined && (query.statuses?.length ?? 0) > 1;
      return isAroundTime ? found.filter(({ status }) => status !== missing) : found;
    },
  })),
}));

const hoursMutants: readonly Mutant[] = [
  {
    key: "load has no hours to show",
    breakIt: withCalls((storage) => ({
      load: async (keys, call) => {
        const found = await storage.load(keys, call);
        return call?.displayOnly ? found.map((one) => (one?.kind === "availability" ? undefined : one)) : found;
      },
    })),
  },
  {
    key: "load shows hours as they were first",
    breakIt: (storage) => {
      const first = new Map<string, VersionedRecord>();
      return withCalls((calls) => ({
        load: async (keys, call) => {
          const found = await calls.load(keys, call);
          return found.map((one) => {
            if (one?.kind !== "availability" || !call?.displayOnly) return one;
            const known = first.get(one.id) ?? one;
            first.set(one.id, known);
            return known;
          });
        },
      }))(storage);
    },
  },
];

/** What those get wrong at the adapter who publish, import when another calendar is busy, or book openings of hours. */
export const publishMutants: readonly Mutant[] = [
  ...scheduleMutants,
  ...forgotten,
  ...withdrawnMutants,
  ...inTheWayMutants,
  ...hoursMutants,
];
