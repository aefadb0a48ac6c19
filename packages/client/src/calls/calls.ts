import type {
  ActorEngine,
  AppointmentCommands,
  ChangesPage,
  CommandInputs,
  CommandResult,
  CountByDayInput,
  CountTimesInput,
  CreatedSoFar,
  CreateManySlotsInput,
  ErrorResponse,
  ExplainInput,
  Explanation,
  FindOpenInput,
  FindTimesInput,
  FreeTime,
  Help,
  HistoryInput,
  ImportBusyInput,
  ImportedBusy,
  JournalEntry,
  LiveDays,
  LiveNext,
  NewSlotInput,
  NextOpenInput,
  NextTimes,
  NextTimesInput,
  OpenSlot,
  Page,
  PreviewInput,
  PublishedSlots,
  PublishSlotsInput,
  ReconcileInput,
  ReconcileReport,
  RecordKey,
  Shown,
  SlotCommands,
  TimesByDay,
  WindowInput,
  WithoutActor,
} from "@slotwright/core";
import { type Fields, type RouteName, routeNames } from "./routes.ts";
import type { Send } from "./send.ts";

/** A slot as this caller may see it: what is hidden is null. */
export type ShownSlot = Awaited<ReturnType<ActorEngine["getSlot"]>>;

/** An appointment as this caller may see it: what is hidden is null. */
export type ShownAppointment = Awaited<ReturnType<ActorEngine["getAppointment"]>>;

/** An entry of the feed as this caller may see it. */
export type ShownEntry = Shown<JournalEntry>;

/** Free times, and how old they may be. */
export interface OpenSlotsPage extends Page<OpenSlot> {
  /** Who answered: the memory of the server's process, or the database. */
  readonly source: "live" | "database";
  /** Where in the feed the slots were so; null from the database. */
  readonly cursor: string | null;
  /** When it was answered. */
  readonly asOf: Date;
  /** What others committed in the last so many milliseconds may be missing. */
  readonly behindMs: number;
  /** Whether that is more than the host wants. */
  readonly isStale: boolean;
}

/** How old an answer of a search may be. */
type SearchStanding = Omit<OpenSlotsPage, keyof Page<OpenSlot>>;

/** Free times of a length, and how old they may be. */
export interface FreeTimesPage extends SearchStanding, Page<FreeTime> {}

/** The first free times of a length, and how old they may be. */
export interface NextFreeTimes extends SearchStanding, NextTimes {}

/** How many free times of a length each day has, and how old that may be. */
export interface FreeTimesByDay extends SearchStanding, TimesByDay {}

/** What `createManySlots` takes over HTTP: the slots as an array, in one request. */
export interface ManySlotsInput extends Omit<CreateManySlotsInput, "actor" | "slots" | "onProgress" | "signal"> {
  readonly slots: readonly NewSlotInput[];
}

/** What `snapshot` takes: a window with both ends. */
export interface SnapshotInput extends Required<WindowInput> {
  readonly providerIds?: readonly string[] | undefined;
  readonly facilityId?: string | undefined;
  readonly limit?: number | undefined;
}

/** What a new reader begins with. */
export interface Snapshot {
  /** Where the feed goes on from. */
  readonly cursor: string;
  readonly slots: Page<ShownSlot>;
  readonly appointments: Page<ShownAppointment>;
}

/** A reason against a command, as a screen shows it. */
export interface ShownReason extends Pick<ErrorResponse, "message" | "scenario" | "recoverable"> {
  readonly details: Readonly<Record<string, unknown>>;
  /** What may help: empty if only another command could. */
  readonly helps: readonly Help[];
  /** The record that is in the way, if the input or `details` name it. */
  readonly blockedBy: RecordKey | null;
}

/** What a command would do. The first reason is that with which the command would be refused. */
export type ShownPreview<Result> =
  | { readonly possible: true; readonly result: Result }
  | { readonly possible: false; readonly reasons: readonly [ShownReason, ...ShownReason[]] };

/** Why a slot or a time is on offer, or why not. */
export interface ShownExplanation extends Omit<Explanation<ShownSlot>, "reasons"> {
  /** All that speaks against it: empty if it is on offer. */
  readonly reasons: readonly ShownReason[];
}

type EngineReadCalls = Pick<
  ActorEngine,
  "getAvailability" | "getSchedule" | "getSlot" | "getAppointment" | "listSlots" | "listAppointments" | "checkSync"
>;

/**
 * The engine's calls over HTTP, each of them one request. They take what the engine's calls take, without the actor, who is
 * that of the session, and answer with the same, `Date`s included.
 *
 * @throws RequestError, and RangeError if an `idempotencyKey` is not printable ASCII, which a header cannot carry
 */
export interface Calls extends SlotCommandCalls, AppointmentCommands<"actor">, EngineReadCalls {
  publishSlots(input: Omit<WithoutActor<PublishSlotsInput>, "signal">): Promise<PublishedSlots>;
  importBusy(input: Omit<WithoutActor<ImportBusyInput>, "signal">): Promise<ImportedBusy>;
  createManySlots(input: ManySlotsInput): Promise<CreatedSoFar>;
  reconcile(input: Omit<WithoutActor<ReconcileInput>, "onFinding">): Promise<ReconcileReport>;
  findOpen(input: FindOpenInput): Promise<OpenSlotsPage>;
  findTimes(input: FindTimesInput): Promise<FreeTimesPage>;
  nextTimes(input: NextTimesInput): Promise<NextFreeTimes>;
  countTimes(input: CountTimesInput): Promise<FreeTimesByDay>;
  countByDay(input: CountByDayInput): Promise<LiveDays>;
  next(input: NextOpenInput): Promise<LiveNext>;
  /** What a command would do, or all reasons against it. It changes nothing. */
  preview<Name extends keyof CommandInputs>(
    command: Name,
    input: PreviewInput<Name, "actor">,
  ): Promise<ShownPreview<CommandResult<Name>>>;
  /** Why a slot or a time is on offer, or why not. */
  explain(input: ExplainInput): Promise<ShownExplanation>;
  history(input: HistoryInput): Promise<Page<ShownEntry>>;
  snapshot(input: SnapshotInput): Promise<Snapshot>;
  changes(input?: Parameters<ActorEngine["changes"]>[0]): Promise<ChangesPage<ShownEntry>>;
}

/** The commands about slots. */
export type SlotCommandCalls = Omit<SlotCommands<"actor">, "createManySlots" | "publishSlots" | "importBusy">;

/** Each call as one request. */
export function callsOf(send: Send): Calls {
  const ofName =
    (name: RouteName) =>
    (input: Fields = {}) =>
      send(name, input).then(withoutSuccess);
  const calls = {
    ...Object.fromEntries(routeNames.map((name) => [name, ofName(name)])),
    getAvailability: async (input: Fields) => (await send("getAvailability", input)).availability,
    getSchedule: async (input: Fields) => (await send("getSchedule", input)).schedule,
    getSlot: async (slotId: string) => (await send("getSlot", { slotId })).slot,
    getAppointment: async (appointmentId: string) => (await send("getAppointment", { appointmentId })).appointment,
    preview: (command: string, input: object) => ofName("preview")({ command, input }),
    explain: (input: ExplainInput) =>
      ofName("slotId" in input ? "explainSlot" : "explainTime")(input as unknown as Fields),
    checkSync: (slotId: string) => ofName("checkSync")({ slotId }),
    history: (input: HistoryInput) => ofName(historyOf(input))(input as unknown as Fields),
  };
  return calls as unknown as Calls;
}

function historyOf(input: HistoryInput): RouteName {
  if ("slotId" in input) return "slotHistory";
  return "appointmentId" in input ? "appointmentHistory" : "availabilityHistory";
}

/** An answer of HTTP, as the engine gave it. */
export function withoutSuccess({ success: _, ...answer }: Fields): Fields {
  return answer;
}
