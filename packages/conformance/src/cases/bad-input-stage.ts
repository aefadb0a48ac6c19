import type { Engine, ErrorCode, NewSlotInput, Slot } from "@slotwright/core";
import { askFor, minutes, patient, place, provider, publish } from "../fixtures.ts";

/** What the store holds before each bad input, and must still hold after it. */
export interface BadInputStage {
  readonly engine: Engine;
  readonly slots: readonly Slot[];
  readonly appointmentId: string;
  readonly askedId: string;
}

export interface BadInput {
  readonly name: string;
  readonly code: ErrorCode;
  /** What the message must say. */
  readonly says: RegExp;
  readonly command: (stage: BadInputStage) => Promise<unknown>;
}

export const at = (start: unknown, end: unknown) => ({ start, end }) as { start: Date; end: Date };
export const create = (engine: Engine, ...slots: NewSlotInput[]) =>
  engine.createSlots({ actor: provider, ...place, slots });
export const bookFirst = ({ engine, slots }: BadInputStage, more: object) =>
  engine.book({ actor: patient, slotId: slots[0]?.id ?? "", subjectId: "p-1", ...more });

export async function stageOn(engine: Engine): Promise<BadInputStage> {
  const slots = await publish(engine, 3);
  const { appointment } = await engine.book({
    actor: patient,
    slotId: slots[2]?.id ?? "",
    subjectId: "p-1",
    idempotencyKey: "publish",
  });
  const waiting = await askFor(engine, minutes(1000), minutes(1010), "p-2");
  return { engine, slots, appointmentId: appointment.id, askedId: waiting.id };
}
