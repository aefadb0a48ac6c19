import type { Calls, ShownAppointment } from "@slotwright/client";
import type { Case } from "../sync/cases.ts";

/** What a check of one slot found. */
export type SlotState = Case;

/** Checks the slot, and reads the records that the faults name, for their words. What is gone is left out. */
export async function slotCase(
  calls: Pick<Calls, "checkSync" | "getSlot" | "getAppointment">,
  slotId: string,
): Promise<SlotState> {
  const [{ faults }, slot] = await Promise.all([calls.checkSync(slotId), calls.getSlot(slotId)]);
  const records = faults.flatMap((fault) => fault.records);
  const ids = new Set(records.filter(({ kind }) => kind === "appointment").map(({ id }) => id));
  const found = await Promise.all([...ids].map((id) => calls.getAppointment(id).catch(absent)));
  return {
    key: slotId,
    findings: faults.map((fault) => ({ ...fault, outcome: fault.repair === null ? "manual" : "repairable" })),
    slots: [slot],
    appointments: found.filter((appointment) => appointment !== undefined),
  };
}

/** That it does not exist can be the fault itself. */
function absent(error: unknown): ShownAppointment | undefined {
  if ((error as { readonly code?: unknown }).code !== "appointment_not_found") throw error;
  return undefined;
}
