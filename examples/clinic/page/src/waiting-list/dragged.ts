import type { ShownAppointment } from "@slotwright/client";
import { useSyncExternalStore } from "react";

/** What a drag carries: the id of an appointment. */
export const appointmentType = "application/x-slotwright-appointment";

/** What is being dragged, and over which slot it does not fit. */
export interface Dragging {
  readonly appointment: ShownAppointment | null;
  /** Why the slot under it does not accept it. Null over one that does, and over nothing. */
  readonly whyNot: string | null;
}

const nothing: Dragging = { appointment: null, whyNot: null };
const listeners = new Set<() => void>();
let dragging = nothing;

function become(next: Dragging): void {
  if (next.appointment === dragging.appointment && next.whyNot === dragging.whyNot) return;
  dragging = next;
  for (const listener of [...listeners]) listener();
}

export const dragged = {
  get: () => dragging,
  begin: (appointment: ShownAppointment) => become({ appointment, whyNot: null }),
  over: (whyNot: string | null) => become({ ...dragging, whyNot }),
  end: () => become(nothing),
  subscribe(listener: () => void): () => void {
    listeners.add(listener);
    return () => void listeners.delete(listener);
  },
};

export function useDragged(): ShownAppointment | null {
  return useSyncExternalStore(dragged.subscribe, () => dragging.appointment);
}

export function useWhyNot(): string | null {
  return useSyncExternalStore(dragged.subscribe, () => dragging.whyNot);
}
