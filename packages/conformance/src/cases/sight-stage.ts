import type { Actor, AudienceOf, Engine, ErrorDetails, Policy, StorageAdapter } from "@slotwright/core";
import { engineOn, minutes, patient, place, provider, refusal } from "../fixtures.ts";

export const audienceOf: AudienceOf = ({ kind }: Actor) => (kind === "patient" ? "self_service" : "staff");

/** An engine with a clock that stands still, so many minutes after nine o'clock. */
export function engineWith(storage: StorageAdapter, policies: readonly Policy[], afterNine = -600): Engine {
  return engineOn(storage, { clock: { now: () => minutes(afterNine), sleep: async () => {} }, policies, audienceOf });
}

/** Slots with these starts and ends, in minutes after nine o'clock. */
export async function slotsAt(
  storage: StorageAdapter,
  times: readonly (readonly [from: number, to: number])[],
  { providerId = place.providerId, timeZone = "UTC" }: { providerId?: string; timeZone?: string } = {},
): Promise<readonly string[]> {
  const slots = times.map(([from, to]) => ({ start: minutes(from), end: minutes(to) }));
  const where = { ...place, providerId, timeZone };
  const created = await engineWith(storage, []).createSlots({ actor: provider, ...where, slots });
  return created.slots.map(({ id }) => id);
}

export const id = (ids: readonly string[], index: number): string => ids[index] ?? "none";
export const book = (engine: Engine, slotId: string, subjectId = "p-1") =>
  engine.book({ actor: patient, slotId, subjectId });

/** The name of the policy that refuses. */
export const refusedBy = async (call: Promise<unknown>): Promise<ErrorDetails["policy_violation"]> =>
  (await refusal(call, "policy_violation")).details;
