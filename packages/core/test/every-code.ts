import { StorageError } from "../src/adapter/index.ts";
import {
  type BookingError,
  createEngine,
  type Engine,
  type ErrorCode,
  isBookingError,
  weekdays,
} from "../src/index.ts";
import { memoryAdapter } from "../src/memory/index.ts";
import { failingStorage } from "./failing-storage.ts";

const actor = { kind: "patient", id: "p-1" };
const place = { providerId: "dr-grey", facilityId: "north-clinic" };
const at = (from: string, to: string) => ({ start: `2026-03-02T${from}:00Z`, end: `2026-03-02T${to}:00Z` });

interface Stage {
  readonly engine: Engine;
  /** From nine to half past. */
  readonly slotId: string;
  readonly want: { actor: typeof actor; slotId: string; subjectId: string };
}

export async function stage(options: object = {}): Promise<Stage> {
  const engine = createEngine({ storage: memoryAdapter(), ...options });
  const { slots } = await engine.createSlots({ actor, ...place, slots: [at("09:00", "09:30")] });
  const slotId = slots[0]?.id ?? "";
  return { engine, slotId, want: { actor, slotId, subjectId: "p-1" } };
}

const failing = (failure: StorageError["failure"]) =>
  createEngine({
    storage: failingStorage(memoryAdapter(), () => ({ before: new StorageError(failure, "The test says so.") })),
    retry: { budgetMs: 20 },
  });

let soon = Date.UTC(2026, 2, 1);
const clock = { now: () => new Date(soon), sleep: async () => {} };

/** For every code one way to meet it. */
const reached: Record<ErrorCode, () => Promise<unknown>> = {
  invalid_input: async () => (await stage()).engine.getSlot(""),
  invalid_time_range: async () =>
    (await stage()).engine.createSlots({ actor, ...place, slots: [at("10:00", "10:00")] }),
  slot_withdrawn: async () => {
    const { engine } = await stage();
    const until = new Date(Date.now() + 8 * 86_400_000);
    const hours = { offer: { minutes: 60 }, weekly: [{ days: weekdays, from: "12:00", to: "13:00" }] };
    await engine.setAvailability({ actor, ...place, hours });
    await engine.publishSlots({ actor, ...place, until });
    const [slot] = (await engine.listSlots({ from: new Date() })).items;
    await engine.setAvailability({ actor, ...place, hours: { ...hours, weekly: [] } });
    await engine.publishSlots({ actor, ...place, until });
    return engine.block({ actor, slotId: slot?.id ?? "" });
  },
  availability_not_found: async () =>
    (await stage()).engine.getAvailability({ providerId: "none", facilityId: "none" }),
  schedule_not_found: async () => (await stage()).engine.getSchedule({ providerId: "none", facilityId: "none" }),
  slot_not_found: async () => (await stage()).engine.getSlot("none"),
  appointment_not_found: async () => (await stage()).engine.getAppointment("none"),
  slot_exists: async () => {
    const { engine, slotId } = await stage();
    return engine.createSlots({ actor, ...place, slots: [{ slotId, ...at("10:00", "10:30") }] });
  },
  appointment_exists: async () => {
    const { engine, want } = await stage();
    const { appointment } = await engine.book(want);
    return engine.book({ ...want, appointmentId: appointment.id });
  },
  hold_not_found: async () => {
    const { engine, slotId } = await stage();
    return engine.release({ actor, slotId, holdToken: "none" });
  },
  slot_booked: async () => {
    const { engine, want } = await stage();
    await engine.book(want);
    return engine.book(want);
  },
  slot_held: async () => {
    const { engine, want, slotId } = await stage();
    await engine.hold({ actor, slotId });
    return engine.book(want);
  },
  slot_blocked: async () => {
    const { engine, want, slotId } = await stage();
    await engine.block({ actor, slotId });
    return engine.book(want);
  },
  slot_overlap: async () => (await stage()).engine.createSlots({ actor, ...place, slots: [at("09:29", "10:00")] }),
  time_mismatch: async () => {
    const { engine, want } = await stage();
    return engine.book({ ...want, ...at("09:15", "09:45") });
  },
  schedule_mismatch: async () => {
    const { engine, want } = await stage();
    return engine.book({ ...want, providerId: "other" });
  },
  request_expired: async () => {
    const { engine, slotId } = await stage({ clock });
    const expiresAt = new Date(soon + 1_000);
    const { appointment } = await engine.request({ actor, slotId, subjectId: "p-1", expiresAt });
    soon += 1_000;
    return engine.accept({ actor, appointmentId: appointment.id });
  },
  offer_not_found: async () => {
    const { engine, slotId } = await stage();
    const { appointment } = await engine.request({ actor, slotId, subjectId: "p-1" });
    return engine.acceptOffer({ actor, appointmentId: appointment.id });
  },
  offer_expired: async () => {
    const { engine, slotId } = await stage({ clock });
    const asked = await engine.request({ actor, subjectId: "p-1", ...place, ...at("12:00", "12:30") });
    const appointmentId = asked.appointment.id;
    await engine.offer({ actor, appointmentId, slotId, seconds: 1 });
    soon += 1_000;
    return engine.acceptOffer({ actor, appointmentId });
  },
  no_slot_available: async () =>
    (await stage()).engine.book({ actor, subjectId: "p", ...place, ...at("12:00", "12:30") }),
  invalid_transition: async () => {
    const { engine, slotId } = await stage();
    return engine.unblock({ actor, slotId });
  },
  version_conflict: async () => {
    const { engine, slotId } = await stage();
    return engine.block({ actor, slotId, ifVersion: 2 });
  },
  idempotency_key_reused: async () => {
    const { engine, slotId } = await stage();
    await engine.block({ actor, slotId, idempotencyKey: "k" });
    return engine.unblock({ actor, slotId, idempotencyKey: "k" });
  },
  hold_expired: async () => {
    const { engine, slotId } = await stage({ clock });
    const { holdToken } = await engine.hold({ actor, slotId, seconds: 1 });
    soon += 1000;
    return engine.release({ actor, slotId, holdToken });
  },
  hold_not_owned: async () => {
    const { engine, slotId } = await stage();
    await engine.hold({ actor, slotId });
    return engine.release({ actor, slotId, holdToken: "guess" });
  },
  policy_violation: async () => {
    const check = ({ command }: { command: string }) => (command === "book" ? "Bookings close at noon." : undefined);
    const { engine, want } = await stage({ policies: [{ name: "closing-time", check }] });
    return engine.book(want);
  },
  forbidden: async () => {
    const authorize = ({ command }: { command: string }) => (command === "block" ? "Only providers may." : undefined);
    const { engine, slotId } = await stage({ authorize });
    return engine.block({ actor, slotId });
  },
  storage_busy: () => failing("transient").getSlot("any"),
  storage_unavailable: () => failing("unavailable").getSlot("any"),
  storage_read_only: () => failing("read_only").getSlot("any"),
  storage_misused: async () => failing("misused").getSlot("any"),
  refused_by_database: async () => failing("refused").getSlot("any"),
  outcome_unknown: async () => {
    const memory = memoryAdapter();
    const { slots } = await createEngine({ storage: memory }).createSlots({
      actor,
      ...place,
      slots: [at("09:00", "09:30")],
    });
    let isLost = false;
    const storage = failingStorage(memory, (method) => {
      isLost ||= method === "commit";
      return isLost ? { before: new StorageError("unknown", "the connection is gone") } : undefined;
    });
    return createEngine({ storage, retry: { budgetMs: 20 } }).block({ actor, slotId: slots[0]?.id ?? "" });
  },
  schema_outdated: () => failing("schema_outdated").getSlot("any"),
  schema_too_new: () => failing("schema_too_new").getSlot("any"),
  feed_reset: async () => {
    const [{ engine }, other] = [await stage(), await stage()];
    const { cursor } = await other.engine.changes({});
    return engine.changes({ after: cursor });
  },
  settings_mismatch: async () => {
    const storage = memoryAdapter();
    const { slotId } = await stage({ storage });
    return createEngine({ storage, overlapScope: "provider" }).block({ actor, slotId });
  },
  aborted: async () =>
    (await stage()).engine.createManySlots({ actor, ...place, slots: [], signal: AbortSignal.abort() }),
};

/** The error of this code, as a caller meets it. */
export async function reach<C extends ErrorCode>(code: C): Promise<BookingError<C>> {
  const error = await reached[code]().then(
    () => undefined,
    (reason: unknown) => reason,
  );
  if (!isBookingError(error, code)) throw new Error(`expected ${code}, got ${String(error)}`);
  return error;
}
