import type { Engine } from "@slotwright/core";
import type { Client, ShownAppointment, ShownRecord, ShownSlot } from "../../src/index.ts";
import { type Act, type Acting, actingOf, type Ground } from "./acts.ts";
import type { TestServer } from "./server.ts";
import { settled } from "./virtual-time.ts";

type Shown = ShownRecord<ShownSlot> | ShownRecord<ShownAppointment>;

/** A screen, and what stands behind it. */
export interface Watched extends Ground {
  readonly server: TestServer;
  readonly engine: Engine;
  readonly client: Client;
  readonly shown: () => readonly Shown[];
}

/** How often each command was foreseen, by its name. */
export const foreseen = new Map<string, number>();

/** What only the server can say: which slot it takes for a time, what it creates, and how long a hold lasts. */
const isForeseeable = ({ name, input }: Acting, shown: readonly Shown[]): boolean => {
  if (name === "createSlots" || name === "extend") return false;
  if (name === "book") return "slotId" in input;
  if (name !== "accept" || "slotId" in input) return true;
  const own = shown.find(({ id }) => id === (input as { readonly appointmentId?: string }).appointmentId);
  return own?.kind === "appointment" && (own.request?.wishes.length ?? 0) > 0;
};

/**
 * Gives a command where nothing else is going on: what it shows at once has to be what its answer brings. If something is
 * going on, or the command is refused, nothing is compared.
 * @throws Error
 */
export async function foresee(stage: Watched, act: Act, give: (acting: Acting) => Promise<object>): Promise<void> {
  if (!(await isQuiet(stage))) return;
  const before = stage.shown();
  const acting = actingOf(act, stage, before.filter(isAppointment));
  if (acting === undefined) return;
  const answer = give(acting).catch(() => undefined);
  const atOnce = textOf(stage.shown());
  await settled(4);
  if (stage.client.pending.get().length > 0 || (await answer) === undefined || !isForeseeable(acting, before)) return;
  foreseen.set(act.act, (foreseen.get(act.act) ?? 0) + 1);
  const afterwards = textOf(stage.shown());
  if (atOnce === afterwards) return;
  throw new Error(`${act.act} was not foreseen.\nat once:    ${atOnce}\nafterwards: ${afterwards}`);
}

const isAppointment = (record: Shown): record is ShownRecord<ShownAppointment> => record.kind === "appointment";

/** Nothing is under way, and the screen has what the server has. */
async function isQuiet({ server, client, engine, shown }: Watched): Promise<boolean> {
  [server.fates.length, server.streams] = [0, "open"];
  for (let round = 0; round < 3; round++) {
    server.release();
    while ((await server.pump(50)) > 0) await settled();
    await settled();
  }
  if (client.pending.get().length > 0 || client.connection.get().state !== "live") return false;
  const [slots, appointments] = await Promise.all([
    engine.listSlots({ limit: 500 }),
    engine.listAppointments({ limit: 500 }),
  ]);
  const versions = new Map(shown().map(({ id, version }) => [id, version]));
  const stored = [...slots.items, ...appointments.items];
  return stored.length === versions.size && stored.every(({ id, version }) => versions.get(id) === version);
}

/** What a screen shows of a record. How the server tells holders apart is its own. */
function textOf(records: readonly Shown[]): string {
  const plain = records.map((record) => {
    const { id, status } = record;
    if (record.kind === "slot") return { id, status, until: record.hold?.expiresAt, of: record.appointmentId };
    const { start, end, slotIds, providerIds, request } = record;
    return { id, status, start, end, slotIds, providerIds, request };
  });
  return plain
    .map((record) => JSON.stringify(record))
    .sort()
    .join("\n            ");
}
