import type { AppointmentCommands, FindOpenInput } from "@slotwright/core";
import {
  type Calls,
  callsOf,
  type ShownAppointment,
  type ShownEntry,
  type ShownSlot,
  type SlotCommandCalls,
  withoutSuccess,
} from "./calls/calls.ts";
import { createIdSource } from "./calls/ids.ts";
import type { Fields } from "./calls/routes.ts";
import { hostCommandNames } from "./calls/routes.ts";
import { createSending } from "./calls/send.ts";
import { type ClientOptions, settingsOf } from "./client-options.ts";
import { connect } from "./feed/connection.ts";
import type { ConnectionState } from "./feed/connection-state.ts";
import { createFeed } from "./feed/feed.ts";
import { connectTabs } from "./feed/tabs.ts";
import { createListeners } from "./listeners.ts";
import { type LiveQuery, memoized } from "./live-query.ts";
import { type OpenSlotsView, openSlotsQuery } from "./open-slots.ts";
import { createServerClock } from "./server-clock.ts";
import { type ListView, listQuery } from "./store/list-query.ts";
import { createLists } from "./store/lists.ts";
import { createOutbox, type Outcome } from "./store/outbox.ts";
import type { CommandUnderWay } from "./store/pending.ts";
import { createRereads } from "./store/rereads.ts";
import { type AppointmentsWanted, type SlotsWanted, scopeOf } from "./store/scope.ts";
import { createStore, type ShownRecord, type Store } from "./store/store.ts";
import { createPauses } from "./tasks/pauses.ts";

/**
 * Commands that show at once, are sent until they are answered, and are taken back if the server refuses them.
 *
 * @throws RequestError, and RangeError if an `idempotencyKey` is not printable ASCII, which a header cannot carry
 */
export interface Commands extends SlotCommandCalls, AppointmentCommands<"actor"> {}

/** How what is shown follows the server, with its age. */
export interface Connection extends LiveQuery<ConnectionState> {
  /** How old what is shown may be, in milliseconds. Null before anything is shown. */
  readonly ageMs: () => number | null;
}

/** The engine behind HTTP, as a screen needs it. */
export interface Client {
  /** The engine's calls, each of them one request. What they answer does not go into the lists below. */
  readonly calls: Calls;
  readonly commands: Commands;
  /** The slots of a window, in the order of their start, with what commands under way make of them. */
  readonly slots: (
    wanted: SlotsWanted & { readonly statuses?: readonly ShownSlot["status"][] | undefined },
  ) => LiveQuery<ListView<ShownRecord<ShownSlot>>>;
  /** Appointments, in the order of their start, with what commands under way make of them. */
  readonly appointments: (
    wanted: AppointmentsWanted & { readonly statuses?: readonly ShownAppointment["status"][] | undefined },
  ) => LiveQuery<ListView<ShownRecord<ShownAppointment>>>;
  /** Free times, searched again when the feed says that they have changed. */
  readonly openSlots: (input: FindOpenInput) => LiveQuery<OpenSlotsView>;
  readonly connection: Connection;
  /** The commands under way, in the order in which they were given, with why they have no answer yet. */
  readonly pending: LiveQuery<readonly CommandUnderWay[]>;
  /**
   * Gives up a command under way, by its key. What it shows is taken back, it is not sent again, its caller and `onOutcome`
   * are told `not_sent`, and the records that it names are read. An attempt may have taken effect. False if there is none
   * of this key, such as one that was answered meanwhile.
   */
  readonly giveUp: (key: string) => boolean;
  /** Told what became of each command, also of those that an earlier page has left. Returns what ends it. */
  readonly onOutcome: (listener: (outcome: Outcome) => void) => () => void;
  /**
   * Told what the feed brings, as it comes: what a screen has counted or found by one of the calls may have to be asked
   * again. Entries may come twice. Told an empty array when the feed has begun, at first or anew after a `feed_reset`: what
   * was asked before may be out of date. Returns what ends it.
   */
  readonly onNews: (listener: (entries: readonly ShownEntry[]) => void) => () => void;
  /** Tries at once what waits for its next attempt: the network may be back. */
  readonly retryNow: () => void;
  /** Ends everything. Commands without an answer are kept, and taken up by the next client of the same owner. */
  readonly close: () => void;
}

/**
 * Makes a client, which follows the feed from now on.
 *
 * @example
 * ```ts
 * const client = createClient({ url: "/booking", owner: session.userId });
 * const week = client.slots({ from, to, providerIds: ["dr-grey"] });
 * const stop = week.subscribe(() => draw(week.get().items));
 * await client.commands.book({ slotId, subjectId });
 * ```
 * @throws RangeError if `providerIds` is empty
 */
export function createClient(options: ClientOptions): Client {
  const settings = settingsOf(options);
  const { environment } = settings;
  const clock = createServerClock(environment.now);
  const { send, open } = createSending({ ...settings, clock });
  const pauses = createPauses(environment);
  const shared = { ...settings, send, open, pauses };
  const outcomes = createListeners<Outcome>();
  const news = createListeners<readonly ShownEntry[]>();
  const storeOf = (): Store => store;
  const lists = createLists({ ...shared, store: storeOf });
  const rereads = createRereads({ ...shared, store: storeOf, isWanted: lists.isWanted });
  const store = createStore({
    now: clock.now,
    setTimer: environment.setTimer,
    isWanted: lists.isWanted,
    want: rereads.want,
  });
  const feed = createFeed({ ...shared, store, lists, onNews: news.tell });
  const outbox = createOutbox({
    ...shared,
    store,
    now: environment.now,
    newId: createIdSource(environment.now),
    reread: (keys) => Promise.all(keys.map(rereads.want)),
    onOutcome: outcomes.tell,
  });
  const closing = new AbortController();
  const connecting = { ...shared, feed, listener: feed };
  void (settings.sharing === undefined
    ? connect(connecting, closing.signal)
    : connectTabs(connecting, settings.sharing, closing.signal));
  const stopWaking = settings.onOnline(pauses.wake);

  /** Of all states, unless some are named: what is withdrawn is then left out. */
  const listOf =
    <R extends ShownSlot | ShownAppointment>(kind: R["kind"]) =>
    ({ statuses, ...wanted }: AppointmentsWanted & { readonly statuses?: readonly R["status"][] | undefined }) =>
      listQuery<R>({ store, lists }, settings.within(scopeOf(kind, wanted)), ({ status }) =>
        statuses === undefined ? status !== "withdrawn" : statuses.includes(status),
      );

  return {
    calls: callsOf(send),
    commands: Object.fromEntries(
      hostCommandNames.map((name) => [
        name,
        (input: unknown) => outbox.give(name, input as Fields).then(withoutSuccess),
      ]),
    ) as unknown as Commands,
    slots: listOf<ShownSlot>("slot"),
    appointments: listOf<ShownAppointment>("appointment"),
    openSlots: (input) => openSlotsQuery({ ...shared, store, now: clock.now, onNews: news.subscribe }, input),
    connection: { get: feed.get, subscribe: feed.subscribe, ageMs: feed.ageMs },
    pending: { get: memoized(store.version, store.pending), subscribe: store.subscribe },
    giveUp: outbox.giveUp,
    onOutcome: outcomes.subscribe,
    onNews: news.subscribe,
    retryNow: pauses.wake,
    close() {
      closing.abort();
      for (const part of [outbox, rereads, lists, store, feed]) part.close();
      stopWaking();
      pauses.wake();
    },
  };
}
