import type { FindOpenInput } from "@slotwright/core";
import {
  createContext,
  createElement,
  type ReactNode,
  useContext,
  useEffect,
  useMemo,
  useState,
  useSyncExternalStore,
} from "react";
import type { ShownAppointment, ShownSlot } from "../calls/calls.ts";
import { isRequestError, type RequestError } from "../calls/request-error.ts";
import type { Client, Commands } from "../client.ts";
import type { ConnectionState } from "../feed/connection-state.ts";
import type { LiveQuery } from "../live-query.ts";
import type { OpenSlotsView } from "../open-slots.ts";
import type { ListView } from "../store/list-query.ts";
import type { CommandUnderWay } from "../store/pending.ts";
import type { AppointmentsWanted, SlotsWanted } from "../store/scope.ts";
import type { ShownRecord } from "../store/store.ts";

const ClientContext = createContext<Client | null>(null);

/** Gives a client to the hooks below it. Closing the client stays with its maker. */
export function ClientProvider({ client, children }: { readonly client: Client; readonly children?: ReactNode }) {
  return createElement(ClientContext.Provider, { value: client }, children);
}

/** The client of the nearest `ClientProvider`. */
export function useClient(): Client {
  const client = useContext(ClientContext);
  if (client === null) throw new Error("There is no ClientProvider around this component. Put one around the page.");
  return client;
}

/** Free times, searched again when the feed says that they have changed. */
export function useOpenSlots(input: FindOpenInput): OpenSlotsView {
  return useLive((client) => client.openSlots(input), "openSlots", input);
}

/** The slots of a window, in the order of their start. */
export function useSlots(
  wanted: SlotsWanted & { readonly statuses?: readonly ShownSlot["status"][] | undefined },
): ListView<ShownRecord<ShownSlot>> {
  return useLive((client) => client.slots(wanted), "slots", wanted);
}

/** Appointments of a window or of a subject, in the order of their start. */
export function useAppointments(
  wanted: AppointmentsWanted & { readonly statuses?: readonly ShownAppointment["status"][] | undefined },
): ListView<ShownRecord<ShownAppointment>> {
  return useLive((client) => client.appointments(wanted), "appointments", wanted);
}

/** What `useConnection` returns. */
export interface ShownConnection extends ConnectionState {
  /** How old what is shown may be, in milliseconds. Null before anything is shown. */
  readonly ageMs: number | null;
}

/** How what is shown follows the server. While it is not live, its age is counted up every second. */
export function useConnection(): ShownConnection {
  const { connection } = useClient();
  const state = useSyncExternalStore(connection.subscribe, connection.get, connection.get);
  const [, tick] = useState(0);
  useEffect(() => {
    if (state.state === "live") return;
    const timer = setInterval(() => tick((count) => count + 1), 1_000);
    return () => clearInterval(timer);
  }, [state.state]);
  return { ...state, ageMs: connection.ageMs() };
}

/**
 * The commands under way of this client, in the order in which they were given. One that does not get through has `error` and
 * `failingSince`; `useClient().giveUp(key)` gives it up.
 */
export function usePending(): readonly CommandUnderWay[] {
  const { pending } = useClient();
  return useSyncExternalStore(pending.subscribe, pending.get, pending.get);
}

type CommandName = keyof Commands;
type AnswerOf<Name extends CommandName> = Awaited<ReturnType<Commands[Name]>>;

/** What `useBooking` returns. */
export interface Booking extends Commands {
  /** How many commands of this component have no answer yet. */
  readonly underWay: number;
  /** Why the last one was refused. Null if it was not, and when the next one is given. */
  readonly error: RequestError | null;
  readonly clearError: () => void;
}

/**
 * The commands, with what became of the last one. A refusal is returned as `error` and rejects the command as well: a
 * handler that does not await it has nothing to catch.
 */
export function useBooking(): Booking {
  const { commands } = useClient();
  const [underWay, setUnderWay] = useState(0);
  const [error, setError] = useState<RequestError | null>(null);
  const watched = useMemo(() => {
    const watch = <Name extends CommandName>(name: Name) => {
      const give = commands[name] as (input: object) => Promise<AnswerOf<Name>>;
      return (input: object): Promise<AnswerOf<Name>> => {
        setError(null);
        setUnderWay((count) => count + 1);
        const answer = give(input);
        answer
          .catch((thrown: unknown) => setError(isRequestError(thrown) ? thrown : null))
          .finally(() => setUnderWay((count) => count - 1));
        return answer;
      };
    };
    const names = Object.keys(commands) as CommandName[];
    return Object.fromEntries(names.map((name) => [name, watch(name)])) as unknown as Commands;
  }, [commands]);
  return { ...watched, underWay, error, clearError: () => setError(null) };
}

/** A query of the client that stays the same for as long as what is asked for is equal. */
function useLive<Value>(make: (client: Client) => LiveQuery<Value>, name: string, asked: object): Value {
  const client = useClient();
  const text = `${name} ${JSON.stringify(asked)}`;
  // biome-ignore lint/correctness/useExhaustiveDependencies: the text says all of what `make` closes over.
  const query = useMemo(() => make(client), [client, text]);
  return useSyncExternalStore(query.subscribe, query.get, query.get);
}
