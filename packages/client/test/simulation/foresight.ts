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
/** How often each code refused what had been shown at once. */
export const takenBack = new Map<string, number>();

const count = (counts: Map<string, number>, name: string) => counts.set(name, (counts.get(name) ?? 0) + 1);

/** What only the server can say: which slot it takes for a time, what it creates, and how long a hold lasts. */
const isForeseeable = ({ name, input }: Acting, shown: readonly Shown[]): boolean => {
  if (name === "createSlots" || name === "extend") return false;
  if (name === "book") return "slotId" in input;
  if (name !== "accept" || "slotId" in input) return true;
  const own = shown.find(({ id }) => id === (input as { readonly appointmentId?: string }).appointmentId);
  return own?.kind === "appointment" && (own.request?.wishes.length ?? 0) > 0;
};

/**
 * Gives a command where nothing else is going on: what it shows at once has to be what its answer brings, and if it is
 * refused, the screen has to be as before. If something is going on, nothing is compared.
 * @throws Error
 */
export async function foresee(stage: Watched, act: Act, give: (acting: Acting) => Promise<object>): Promise<void> {
  if (!(await isQuiet(stage))) return;
  const before = stage.shown();
  const acting = actingOf(act, stage, before.filter(isAppointment));
  if (acting === undefined) return;
  const refused = { code: "" };
  const answer = give(acting).catch((error: { readonly code: string }) => {
    refused.code = error.code;
  });
  const atOnce = textOf(stage.shown());
  await settled(4);
  if (stage.client.pending.get().length > 0) return;
  const afterwards = textOf(stage.shown());
  if ((await answer) === undefined)
    return compareRefused(act, refused.code, { before: textOf(before), atOnce, afterwards });
  if (!isForeseeable(acting, before)) return;
  count(foreseen, act.act);
  if (atOnce === afterwards) return;
  throw new Error(`${act.act} was not foreseen.\nat once:    ${atOnce}\nafterwards: ${afterwards}`);
}

interface Screens {
  readonly before: string;
  readonly atOnce: string;
  readonly afterwards: string;
}

function compareRefused({ act }: Act, code: string, { before, atOnce, afterwards }: Screens): void {
  if (before !== atOnce) count(takenBack, code);
  if (before === afterwards) return;
  throw new Error(
    `${act} was not taken back after ${code}, and not as foreseen.\nbefore:     ${before}\nafterwards: ${afterwards}`,
  );
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
