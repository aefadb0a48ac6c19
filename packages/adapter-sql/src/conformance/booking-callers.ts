import { createEngine, isBookingError } from "@slotwright/core";
import type { StorageAdapter } from "@slotwright/core/adapter";

export interface BookingTask {
  /** Distinguishes the callers of one process from those of another. */
  readonly name: string;
  readonly callers: number;
  readonly slotIds: readonly string[];
}

/** The outcome of every command, and the appointments that were kept. */
export interface BookingReport {
  readonly outcomes: Readonly<Record<string, number>>;
  readonly won: readonly string[];
}

/** Of every three slots, the caller who gets the first gives it back, and the next caller who asks gets it. */
export const slotsPerGiven = 3;

/** Connects, and resolves with a function that lets callers try every slot until each has one to keep. */
export async function bookingReport(storage: StorageAdapter, of: BookingTask): Promise<() => Promise<BookingReport>> {
  const engine = createEngine({ storage });
  const { name, callers, slotIds } = of;
  const outcomes: Record<string, number> = {};
  const won: string[] = [];

  async function counted<T>(command: Promise<T>): Promise<T | undefined> {
    const { result, code } = await command.then((result) => ({ result, code: "ok" }), refused);
    outcomes[code] = (outcomes[code] ?? 0) + 1;
    return result;
  }

  async function call(subjectId: string): Promise<void> {
    const actor = { kind: "patient", id: subjectId };
    for (const [index, slotId] of slotIds.entries()) {
      const booked = await counted(engine.book({ actor, slotId, subjectId }));
      if (booked === undefined) continue;
      const appointmentId = booked.appointment.id;
      if (index % slotsPerGiven !== 0) return void won.push(appointmentId);
      await counted(engine.cancel({ actor, appointmentId }));
    }
  }

  await engine.getSlot(slotIds[0] ?? "");
  return async () => {
    await Promise.all(Array.from({ length: callers }, (_, index) => call(`${name}-${index}`)));
    return { outcomes, won };
  };
}

function refused(error: unknown) {
  return { result: undefined, code: isBookingError(error) ? error.code : `raw: ${String(error)}` };
}
