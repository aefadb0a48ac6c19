import assert from "node:assert/strict";
import {
  type AccessAnswer,
  type Appointment,
  type Authorize,
  createEngine,
  type Engine,
  type EngineOptions,
  isBookingError,
  type JournaledRecord,
  type Page,
  type Slot,
  type StorageAdapter,
} from "@slotwright/core";
import { patient, publish } from "../fixtures.ts";
import { aroundCalls, intercepted } from "../intercepted.ts";

export const stranger = { kind: "patient", id: "p-2" } as const;
export const desk = { kind: "desk", id: "d-1" } as const;

/** Whose appointment or booked slot it is. Undefined if it is nobody's. */
type OwnerOf = (record: JournaledRecord) => string | undefined;

/**
 * Patients do and see what is theirs, and free slots. The desk sees all of it, but not who it is about. A provider may
 * do everything.
 */
function houseRules(ownerOf: OwnerOf): Authorize {
  const isOwn = (id: string, record: JournaledRecord) => [undefined, id].includes(ownerOf(record));
  return (request): AccessAnswer => {
    const { actor } = request;
    if (actor.kind === "provider") return undefined;
    if (actor.kind === "desk" && request.action !== "command") return { hide: ["subjectId", "actor"] };
    switch (request.action) {
      case "command": {
        const { slots, appointment } = request;
        const records = appointment === null ? slots : [...slots, appointment];
        return records.length > 0 && records.every((record) => isOwn(actor.id, record)) ? undefined : "Not yours.";
      }
      case "read":
      case "list":
        return isOwn(actor.id, request.record) ? undefined : "Not yours.";
      case "history":
        return request.entry.actor.id === actor.id ? undefined : { hide: ["actor"] };
      default:
        return "Not you.";
    }
  };
}

export interface House {
  readonly engine: Engine;
  readonly slots: readonly Slot[];
  /** The patient's, on the first slot; the stranger's, on the second one. */
  readonly own: Appointment;
  readonly other: Appointment;
  /** How often the storage was read for what this does. Also tells what came of it. */
  readonly reads: (call: () => Promise<unknown>) => Promise<{ readonly count: number; readonly outcome: unknown }>;
}

/** Slots of which the first two are booked, each by its patient, and an engine that follows the rules of the house. */
export async function house(
  storage: StorageAdapter,
  options: Partial<EngineOptions<unknown>> = {},
  change: (authorize: Authorize) => Authorize = (authorize) => authorize,
): Promise<House> {
  const { counted, reads } = counting(storage);
  const open = createEngine({ storage: counted });
  const slots = await publish(open, 4);
  const book = async ({ id }: { id: string }, index: number) =>
    (await open.book({ actor: { kind: "patient", id }, slotId: slots[index]?.id ?? "", subjectId: id })).appointment;
  const [own, other] = [await book(patient, 0), await book(stranger, 1)];
  const owners = new Map(
    [own, other].flatMap(({ id, slotIds, subjectId }) => [id, ...slotIds].map((one) => [one, subjectId])),
  );
  const authorize = change(houseRules(({ id }) => owners.get(id)));
  return { engine: createEngine({ storage: counted, authorize, ...options }), slots, own, other, reads };
}

/** The storage, and what counts the calls that read from it. */
export function counting(storage: StorageAdapter): Pick<House, "reads"> & { readonly counted: StorageAdapter } {
  let count = 0;
  const counted = intercepted(
    storage,
    aroundCalls((call, proceed) => {
      if (["load", "findSlots", "findOpen", "findAppointments", "readJournals"].includes(call)) count += 1;
      return proceed();
    }),
  );
  const reads: House["reads"] = async (call) => {
    const before = count;
    const outcome = await call().catch((error: unknown) => {
      if (!isBookingError(error)) throw error;
      return { code: error.code, details: error.details, message: error.message };
    });
    return { count: count - before, outcome };
  };
  return { counted, reads };
}

/** All pages of a list, each of at most `limit` items. */
export async function pagesOf<Item>(
  list: (page: { readonly cursor: string | null }) => Promise<Page<Item>>,
  limit: number,
): Promise<readonly (readonly Item[])[]> {
  const pages: (readonly Item[])[] = [];
  let cursor: string | null = null;
  do {
    const page: Page<Item> = await list({ cursor });
    assert.ok(page.items.length <= limit, `${page.items.length} items on a page of ${limit}`);
    pages.push(page.items);
    cursor = page.nextCursor;
  } while (cursor !== null);
  return pages;
}
