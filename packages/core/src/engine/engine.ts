import { z } from "zod";
import type { CreateManySlotsInput } from "../model/create-many-slots.ts";
import type { ImportBusyInput } from "../model/import-busy.ts";
import { type HostCommandName, hostCommandNames } from "../model/journal.ts";
import type { PublishSlotsInput } from "../model/publish-slots.ts";
import type {
  ChangesInput,
  CountTimesInput,
  ExplainInput,
  FindOpenInput,
  FindTimesInput,
  FollowInput,
  GetAvailabilityInput,
  GetScheduleInput,
  HistoryInput,
  ListAppointmentsInput,
  ListSlotsInput,
  NextTimesInput,
  SubscribeInput,
} from "../model/read-inputs.ts";
import { actorSchema } from "../model/values.ts";
import type { AppointmentCommands } from "./api/appointment-commands.ts";
import type { ActorEngine, Engine } from "./api/engines.ts";
import type { Previews } from "./api/previews.ts";
import type { EngineReads } from "./api/reads.ts";
import type { SlotCommands } from "./api/slot-commands.ts";
import { checkSync } from "./check-sync.ts";
import { createManySlots } from "./create-many-slots.ts";
import { noteSettings } from "./engine-settings.ts";
import type { EngineStorage } from "./engine-storage.ts";
import { explain } from "./explain/explain.ts";
import { changes } from "./feed/changes.ts";
import { subscribe } from "./feed/subscribe.ts";
import { findOpen } from "./find-open.ts";
import { countTimes } from "./free-times/count-times.ts";
import { findTimes } from "./free-times/find-times.ts";
import { nextTimes } from "./free-times/next-times.ts";
import { history } from "./history.ts";
import { importBusy } from "./import-busy.ts";
import { follow } from "./live/follow.ts";
import { asCalled, type EngineOptions, type EngineSettings, settingsOf } from "./options.ts";
import { parse } from "./parse.ts";
import { preview } from "./preview/preview.ts";
import { publishSlots } from "./publish-slots.ts";
import { getAppointment, getAvailability, getSchedule, getSlot, listAppointments, listSlots } from "./reads.ts";
import { type ReconcileInput, reconcile } from "./reconcile.ts";
import { commandFrom, runCommand } from "./run-command.ts";
import { setAvailability } from "./set-availability.ts";
import { createSpread } from "./spread.ts";
import { runTransaction } from "./transaction.ts";

type Calls<Whose extends "host" | "actor"> = SlotCommands<Whose> &
  AppointmentCommands<Whose> &
  Previews<Whose> &
  EngineReads<Whose>;

/**
 * Creates an engine on a storage, whose tables must exist (`storage.migrate()`). The engine opens nothing and needs no
 * closing. You close the storage.
 *
 * @throws BookingError `invalid_input` for an option that is not valid.
 * @example
 * ```ts
 * const engine = createEngine({ storage: memoryAdapter() });
 * const actor = { kind: "provider", id: "dr-grey" };
 * const times = { start: "2027-03-22T09:00:00+01:00", end: "2027-03-22T09:30:00+01:00" };
 * const { slots } = await engine.createSlots({ actor, providerId: "dr-grey", facilityId: "north", slots: [times] });
 * const slotId = slots[0]?.id ?? "";
 * await engine.book({ actor: { kind: "patient", id: "p-1" }, slotId, subjectId: "p-1" });
 * ```
 */
export function createEngine<HostTransaction, Opened = unknown>(
  options: EngineOptions<HostTransaction, Opened>,
): Engine<HostTransaction, Opened> {
  return engineWith(settingsOf(options));
}

function engineWith<HostTransaction, Opened>(settings: EngineSettings): Engine<HostTransaction, Opened> {
  const engine: Engine<HostTransaction, Opened> = {
    ...(callsOf(settings) as Calls<"host">),
    follow: (input: FollowInput) => follow(settings, input),
    ...transactionsOf(settings, engineWith<HostTransaction, Opened>),
    now: () => settings.clock.now(),
    as: (actor) => actorEngineWith({ ...settings, actor: parse(actorSchema, actor) }),
  };
  return noteSettings(engine, settings);
}

function actorEngineWith<HostTransaction, Opened>(settings: EngineSettings): ActorEngine<HostTransaction, Opened> {
  const engine: ActorEngine<HostTransaction, Opened> = {
    ...(callsOf(settings) as Calls<"actor">),
    ...transactionsOf(settings, actorEngineWith<HostTransaction, Opened>),
  };
  return noteSettings(engine, settings);
}

/** What both engines do alike, as far as the compiler can tell: the settings say whether there is an actor. */
function callsOf(settings: EngineSettings): unknown {
  return {
    ...commandsOf(settings),
    setAvailability: (input: unknown) => setAvailability(settings, input),
    publishSlots: (input: PublishSlotsInput) => publishSlots(settings, input),
    importBusy: (input: ImportBusyInput) => importBusy(settings, input),
    preview: (command: HostCommandName, input: unknown) => preview(settings, command, input),
    explain: (input: ExplainInput) => explain(settings, input),
    createManySlots: (input: CreateManySlotsInput) => createManySlots(settings, input),
    getAvailability: (input: GetAvailabilityInput) => getAvailability(settings, input),
    getSchedule: (input: GetScheduleInput) => getSchedule(settings, input),
    getSlot: (id: string) => getSlot(settings, id),
    getAppointment: (id: string) => getAppointment(settings, id),
    listSlots: (input: ListSlotsInput) => listSlots(settings, input),
    findOpen: (input: FindOpenInput) => findOpen(settings, input),
    findTimes: (input: FindTimesInput) => findTimes(settings, input),
    nextTimes: (input: NextTimesInput) => nextTimes(settings, input),
    countTimes: (input: CountTimesInput) => countTimes(settings, input),
    listAppointments: (input: ListAppointmentsInput) => listAppointments(settings, input),
    history: (input: HistoryInput) => history(settings, input),
    changes: (input: ChangesInput = {}) => changes(settings, input),
    subscribe: (input: SubscribeInput = {}) => subscribe(settings, input),
    checkSync: (id: string) => checkSync(settings, id),
    reconcile: (input: ReconcileInput) => reconcile(settings, input),
  };
}

/** The ways into a transaction, with the engine that `engineOf` makes of the settings in it. */
function transactionsOf<Made, Opened>(settings: EngineSettings, engineOf: (settings: EngineSettings) => Made) {
  const engineOn = (storage: EngineStorage) => engineOf(settingsOn(settings, storage));
  return {
    within: (transaction: unknown) => engineOn(settings.storage.within(transaction)),
    transaction: async <Result>(callback: (opened: { transaction: Opened; engine: Made }) => Promise<Result>) => {
      const work = parse(callbackSchema, callback) as typeof callback;
      return runTransaction(settings, ({ transaction, storage }) =>
        work({ transaction: transaction as Opened, engine: engineOn(storage) }),
      );
    },
  };
}

function settingsOn(settings: EngineSettings, storage: EngineStorage): EngineSettings {
  return {
    ...settings,
    storage,
    recentSlots: undefined,
    zones: settings.zones.within(storage),
    spread: createSpread({ storage, random: settings.random, runShared: asCalled }),
    isHostTransaction: true,
  };
}

const callbackSchema = z.custom((value) => typeof value === "function", "transaction() takes a function");

function commandsOf(settings: EngineSettings): object {
  const commands = hostCommandNames.map((name) => [
    name,
    async (input: unknown) => runCommand(settings, commandFrom(name, input, settings.actor)),
  ]);
  return Object.fromEntries(commands);
}
