import type { HostCommandName } from "@slotwright/core/client";
import type { RequestError } from "../calls/request-error.ts";
import { type Fields, hostCommandNames, keyIn } from "../calls/routes.ts";
import { appointmentKey, type Key, slotKey } from "./records.ts";

/** A command that was given and is not yet known to be settled. It is plain JSON, so that it can be kept. */
export interface PendingCommand {
  /** Its idempotency key: the same in every attempt. */
  readonly key: string;
  readonly name: HostCommandName;
  /** What is sent, as JSON has it. */
  readonly input: Fields;
  /** The slots that it names, and those that its appointment had when it was given. */
  readonly slotIds: readonly string[];
  /** When it was given, in milliseconds since 1970, by the clock of the device. */
  readonly at: number;
  /** Commands sort by it. It grows with each one, also within a millisecond, and when the clock is set back. */
  readonly order: number;
}

/** A command under way, and how it goes: a person can see that it does not get through, and give it up. */
export interface CommandUnderWay extends PendingCommand {
  /** How many attempts of this page have failed. */
  readonly attempts: number;
  /** When the first of them failed, in milliseconds since 1970. Null if none has. */
  readonly failingSince: number | null;
  /** Why the last of them failed. Null if none has. */
  readonly error: RequestError | null;
}

/** The records that a command is about. Commands that share one are sent one after the other. */
export function keysOf({ input, slotIds }: PendingCommand): readonly Key[] {
  const { appointmentId } = input as { readonly appointmentId?: string };
  const ofAppointment = appointmentId === undefined ? [] : [appointmentKey(appointmentId)];
  return [...slotIds.map(slotKey), ...ofAppointment];
}

interface NamedSlots {
  readonly slotId?: string;
  readonly alsoSlotIds?: readonly string[];
  readonly orSlotIds?: readonly string[];
}

export function namedSlots(input: Fields): readonly string[] {
  const { slotId, alsoSlotIds = [], orSlotIds = [] } = input as NamedSlots;
  return [slotId ?? [], alsoSlotIds, orSlotIds].flat();
}

export const pendingText = (command: PendingCommand): string => JSON.stringify(command);

/** What was kept by an earlier page, or undefined if it is nothing that this version can send. */
export function parsePending(text: string): PendingCommand | undefined {
  try {
    const command = JSON.parse(text) as Partial<PendingCommand> | null;
    const isOne =
      typeof command?.key === "string" &&
      keyIn(command.key) &&
      (hostCommandNames as readonly unknown[]).includes(command.name) &&
      typeof command.input === "object" &&
      Array.isArray(command.slotIds) &&
      typeof command.at === "number";
    // An earlier version has kept none of them with an order, and let its times grow instead.
    return isOne ? ({ order: command.at, ...command } as PendingCommand) : undefined;
  } catch {
    return undefined;
  }
}
