import { z } from "zod";
import { type CommandName, commandNames } from "../model/journal.ts";
import type { AppointmentCommands, Engine, SlotCommands } from "./api.ts";
import { checkSync } from "./check-sync.ts";
import { createManySlots } from "./create-many-slots.ts";
import type { EngineStorage } from "./engine-storage.ts";
import { asCalled, type EngineOptions, type EngineSettings, settingsOf } from "./options.ts";
import { parse } from "./parse.ts";
import { getAppointment, getSlot, history, listAppointments, listSlots } from "./reads.ts";
import { reconcile } from "./reconcile.ts";
import { commandFrom, runCommand } from "./run-command.ts";
import { createSpread } from "./spread.ts";
import { runTransaction } from "./transaction.ts";

type HostCommand = Exclude<CommandName, "repair">;
type Commands = Omit<SlotCommands & AppointmentCommands, "createManySlots">;

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
  const engineOn = (storage: EngineStorage) => engineWith<HostTransaction, Opened>(settingsOn(settings, storage));
  return {
    ...commandsOf(settings),
    createManySlots: (input) => createManySlots(settings, input),
    getSlot: (id) => getSlot(settings, id),
    getAppointment: (id) => getAppointment(settings, id),
    listSlots: (input) => listSlots(settings, input),
    listAppointments: (input) => listAppointments(settings, input),
    history: (input) => history(settings, input),
    checkSync: (id) => checkSync(settings, id),
    reconcile: (input) => reconcile(settings, input),
    within: (transaction) => engineOn(settings.storage.within(transaction)),
    transaction: async (callback) => {
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

function commandsOf(settings: EngineSettings): Commands {
  const names = commandNames.filter((name): name is HostCommand => name !== "repair");
  const commands = names.map((name) => [
    name,
    async (input: unknown) => runCommand(settings, commandFrom(name, input)),
  ]);
  return Object.fromEntries(commands) as Commands;
}
