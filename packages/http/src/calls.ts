import type { Actor, ActorEngine, ScreenOptions } from "@slotwright/core";
import { type HostCommandName, hostCommandNames } from "@slotwright/core/client";
import { explain, preview } from "./preview.ts";
import { type Input, invalid } from "./requests/input.ts";
import type { CallName } from "./routes/table.ts";
import type { Searches } from "./searches.ts";

/** What a call is made of, once the request is understood. */
export interface Asking {
  readonly actor: Actor;
  readonly engine: ActorEngine;
  /** The engine checks it: until then it is what a stranger sent. */
  readonly input: Input;
  readonly searches: Searches;
  /** How the host shows errors to this client. */
  readonly screen: () => ScreenOptions;
}

type Run = (asking: Asking) => Promise<object>;

type NameWithInput =
  | HostCommandName
  | "publishSlots"
  | "importBusy"
  | "createManySlots"
  | "reconcile"
  | "getSchedule"
  | "history"
  | "changes"
  | "listSlots"
  | "listAppointments";

/** A call that takes an object, by its name. */
const asInput =
  (name: NameWithInput): Run =>
  ({ engine, input }) =>
    (engine[name] as (input: unknown) => Promise<object>)(input);

const commands = Object.fromEntries(hostCommandNames.map((name) => [name, asInput(name)])) as Readonly<
  Record<HostCommandName, Run>
>;

const explained: Run = ({ engine, input, screen }) => explain(engine, input, screen());

/** What each operation calls, and what it answers beside `success`. Streams and the document are answered elsewhere. */
export const calls: Readonly<Record<CallName, Run>> = {
  ...commands,
  publishSlots: asInput("publishSlots"),
  importBusy: asInput("importBusy"),
  createManySlots: asInput("createManySlots"),
  preview: ({ engine, input, screen }) => preview(engine, input, screen()),
  explainSlot: explained,
  explainTime: explained,
  reconcile: asInput("reconcile"),
  getAvailability: async ({ engine, input }) => ({ availability: await engine.getAvailability(input as never) }),
  availabilityHistory: asInput("history"),
  getSchedule: async ({ engine, input }) => ({ schedule: await engine.getSchedule(input as never) }),
  listSlots: asInput("listSlots"),
  getSlot: async ({ engine, input }) => ({ slot: await engine.getSlot(input.slotId as string) }),
  slotHistory: asInput("history"),
  checkSync: ({ engine, input }) => engine.checkSync(input.slotId as string),
  listAppointments: asInput("listAppointments"),
  getAppointment: async ({ engine, input }) => ({
    appointment: await engine.getAppointment(input.appointmentId as string),
  }),
  appointmentHistory: asInput("history"),
  findOpen: ({ searches, ...asking }) => searches.findOpen(asking),
  findTimes: ({ searches, ...asking }) => searches.findTimes(asking),
  nextTimes: ({ searches, ...asking }) => searches.nextTimes(asking),
  countTimes: ({ searches, ...asking }) => searches.countTimes(asking),
  countByDay: async ({ searches, actor, input }) => searches.countByDay(actor, input),
  nextOpen: async ({ searches, actor, input }) => searches.next(actor, input),
  changes: asInput("changes"),
  snapshot,
};

/** The cursor first: what is committed after it comes by the feed, whether or not the lists show it already. */
async function snapshot({ engine, input }: Asking): Promise<object> {
  for (const bound of ["from", "to"]) {
    if (input[bound] === undefined) throw invalid(bound, "is needed: a snapshot is of a window", "required");
  }
  const { cursor } = await engine.changes({ after: "end" });
  const [slots, appointments] = await Promise.all([engine.listSlots(input), engine.listAppointments(input)]);
  return { cursor, slots, appointments };
}
