import type { RequestError } from "../calls/request-error.ts";
import type { Told } from "./base.ts";
import { holdUntil } from "./effect-parts.ts";
import { appointmentKey, type ClientRecord, type Key, keyOf, slotKey } from "./records.ts";

interface ToldByRefusal {
  /** A version of a slot, and the state that it has in it. */
  readonly news?: Told & { readonly key: Key };
  /** Records of which the refusal shows that the store may be behind, but not what they are. */
  readonly doubtful?: readonly Key[];
}

interface Details {
  readonly slotId?: string;
  readonly appointmentId?: string;
  readonly version?: number;
  readonly heldUntil?: Date;
  readonly record?: string;
  readonly id?: string;
}

/** What a refusal says of the records that are in the way. */
export function toldBy({ code, details }: RequestError): ToldByRefusal {
  const { slotId, version, record, id, appointmentId } = details as Details;
  const fields = stateIn(code, details as Details);
  if (slotId && version && fields) {
    return { news: { key: slotKey(slotId), version, fields } };
  }
  if (id && (record === "slot" || record === "appointment")) {
    return { doubtful: [keyOf({ kind: record, id })] };
  }
  if (!doubtful.test(code)) return {};
  if (slotId) return { doubtful: [slotKey(slotId)] };
  return appointmentId ? { doubtful: [appointmentKey(appointmentId)] } : {};
}

/** What is not there, is there already, or is in another state than was thought. */
const doubtful = /^(appointment|hold|slot)_/;

function stateIn(code: string, { heldUntil }: Details): Partial<ClientRecord> | undefined {
  if (code === "slot_booked") return { status: "booked", hold: null };
  if (code === "slot_blocked") return { status: "blocked", hold: null, appointmentId: null };
  if (code !== "slot_held" || !heldUntil) return undefined;
  return { status: "held", hold: holdUntil(heldUntil), appointmentId: null };
}
