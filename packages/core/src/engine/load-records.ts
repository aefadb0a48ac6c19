import type { Refusal } from "../errors/index.ts";
import type { Agenda } from "../model/agenda.ts";
import type { RecordKey, StoredRecord } from "../model/record.ts";
import type { SlotSearch } from "../model/search.ts";
import type { Slot } from "../model/slot.ts";
import { chooseHeld } from "../rules/choose-slot.ts";
import {
  type Context,
  type FurtherReads,
  isForHeld,
  isForOne,
  type RuleSearch,
  type SearchForHeld,
  type SearchForOne,
} from "../rules/decision.ts";
import { noZones } from "../rules/sight.ts";
import { conceal } from "./conceal.ts";
import { forbid } from "./decide.ts";
import type { EngineStorage } from "./engine-storage.ts";
import type { EngineSettings } from "./options.ts";
import { createRecords, type Records } from "./records.ts";
import { commandKey, mayHaveRun, type Request } from "./request.ts";
import { agendaAsRead, type HolderLook, heldByHolder, holderLook } from "./sight/holder.ts";
import { foundAgain, isOvertaken, type Look, lookedAround, lookFor, zonesOfPlace } from "./sight/look-around.ts";
import type { Looked } from "./sight/run-out.ts";
import type { GivenSlot } from "./spread.ts";

/** How many slots a rule's search reads at a time. */
const searchPage = 2_000;

/** What was loaded for one attempt of a command. */
export interface Loaded {
  readonly records: Records;
  /** What each read asked for. A search asks for no keys. */
  readonly reads: readonly (readonly RecordKey[])[];
  /** The slot that only this caller was given. It is released once its fate is known. */
  readonly given: GivenSlot | undefined;
  /** Whether `authorize` was asked about all that was loaded. */
  readonly isAsked: boolean;
  /** Why the actor may not do it. The rest was then not loaded. */
  readonly refusal: Refusal | undefined;
  /** What others may have looked at, or this command itself has: it is written if the command takes effect. */
  readonly agendas: readonly Agenda[];
  /** Undefined if it has not looked around. */
  readonly looked: Looked | undefined;
  /** The read that listed what the holder holds. Undefined if none did. No rule looks at that, only policies do. */
  readonly listed: number | undefined;
  /** Whether the slot that was found has changed since, or one is there by now that was not found. */
  readonly isOvertaken: boolean;
}

type Loading = { -readonly [Name in keyof Loaded]: Loaded[Name] } & {
  reads: (readonly RecordKey[])[];
  hasSearched: boolean;
};

/** A search of the rule, and where what it finds goes. */
interface Wanted {
  readonly missing: RecordKey[];
  readonly search?: RuleSearch | undefined;
  /** The second search. */
  readonly further?: FurtherReads | undefined;
  readonly holder?: HolderLook | undefined;
  readonly look?: Look | undefined;
}

/**
 * Loads what the rule asks for, then what it asks for after seeing that, until it asks for nothing new. Most commands
 * need one round. Those that start from an appointment need a second one for its slots. Before that `authorize` is
 * asked: what belongs to others must take no more reads than what does not exist.
 */
export async function loadRecords(settings: EngineSettings, request: Request, context: Context): Promise<Loaded> {
  const loading: Loading = {
    records: createRecords(),
    reads: [],
    given: undefined,
    hasSearched: false,
    isAsked: false,
    refusal: undefined,
    agendas: [],
    looked: undefined,
    listed: undefined,
    isOvertaken: false,
  };
  for (;;) {
    const { missing, search, further, look, holder } = wantedBy(settings, loading, request, context);
    const isDone = search === undefined && further === undefined && look === undefined && holder === undefined;
    if (missing.length === 0 && isDone) return loading;
    const isAllowed =
      loading.reads.length === 0 || loading.isAsked || (await askAgain(loading, settings, request, context));
    if (loading.refusal !== undefined) return loading;
    // Something is concealed now, so the rule may ask for less.
    if (!isAllowed) continue;
    // Not in a function of its own: every refusal would pay for one more asynchronous call.
    if (look !== undefined) await loadAround(settings, loading, { look, missing, context }, request.patience.until);
    else if (missing.length > 0) note(loading, missing, await settings.storage.load(missing, request.patience.until));
    if (search !== undefined) await find(loading, search, settings, request, context);
    if (further !== undefined) await findObstacles(loading, further, settings, request, context);
    if (holder === undefined) continue;
    loading.listed = loading.reads.length;
    loading.reads.push([]);
    loading.records.seen.ofHolder = await heldByHolder(settings, holder, context, request.patience.until);
  }
}

/** What the rule asks for and was not loaded yet. Nothing more if the command itself is found to have taken effect. */
function wantedBy(
  settings: EngineSettings,
  { records, reads, hasSearched, given }: Loading,
  request: Request,
  context: Context,
): Wanted {
  const { command, rule } = request;
  if (records.get(commandKey(request)) !== undefined) return { missing: [] };
  const { seen } = records;
  const { keys, search, further: furtherReads } = rule.reads(command, seen, context);
  // What was found and is concealed from the actor was found all the same.
  const further = hasSearched && given === undefined ? furtherReads?.() : undefined;
  const missing = [...keys, ...(further?.keys ?? [])].filter((key) => !records.has(key));
  if (reads.length === 0 && mayHaveRun(request)) missing.push(commandKey(request));
  const look = seen.around === undefined ? lookFor(settings, request, { seen, hasSearched }, context) : undefined;
  const isSearched = further?.search === undefined || seen.obstacles !== undefined;
  const wanted: Wanted = hasSearched
    ? { missing, look, further: isSearched ? undefined : further }
    : { missing, search, look };
  const holder = holderLook(settings, request, seen);
  if (holder === undefined) return wanted;
  if (!records.has(holder.agenda)) missing.push(holder.agenda);
  else if (holder.isCounted && seen.ofHolder === undefined) return { ...wanted, holder };
  return wanted;
}

/** Loads the records together with what lies around the place that the command takes. */
async function loadAround(
  settings: EngineSettings,
  loading: Loading,
  {
    look,
    missing,
    context,
  }: { readonly look: Look; readonly missing: readonly RecordKey[]; readonly context: Context },
  until: number,
): Promise<void> {
  const { seen } = loading.records;
  const keys = [...missing, ...foundAgain(look, seen)];
  const { records, around } = await settings.storage.loadAround(keys, look.arounds, until);
  loading.isOvertaken = isOvertaken(seen, records);
  loading.looked = { look, read: loading.reads.length, answers: around };
  note(loading, keys, records);
  const zones = look.needsZone ? await zonesOfPlace(settings, look.place, seen, until) : noZones;
  const looked = lookedAround(look.arounds, around, context, zones);
  seen.around = looked.around;
  loading.agendas = [...loading.agendas, ...looked.agendas];
}

/** Whether `authorize` allows the command, as far as it is loaded. After a no, what the actor may not see is concealed. */
async function askAgain(
  loading: Loading,
  settings: EngineSettings,
  request: Request,
  context: Context,
): Promise<boolean> {
  loading.isAsked = true;
  const { records } = loading;
  const forbidden = forbid(settings, request, records.seen, context);
  loading.refusal = forbidden && (await conceal(settings, request, context, records, forbidden));
  return forbidden === undefined;
}

function note(loading: Loading, missing: readonly RecordKey[], loaded: readonly (StoredRecord | undefined)[]): void {
  for (const [index, key] of missing.entries()) {
    loading.records.set(key, loaded[index]);
    if (key.kind === "agenda") loading.agendas = [...loading.agendas, agendaAsRead(key.id, loaded[index] as Agenda)];
  }
  loading.reads.push(missing);
}

async function find(
  loading: Loading,
  search: RuleSearch,
  { storage }: EngineSettings,
  request: Request,
  context: Context,
): Promise<void> {
  const { records, reads } = loading;
  loading.hasSearched = true;
  reads.push([]);
  if (isForOne(search)) records.seen.found = await findOne(loading, search, request, context);
  else if (isForHeld(search)) records.seen.found = await findHeld(loading, storage, search, request, context);
  else records.seen.found = await findAll(storage, search, context, request.patience.until);
  for (const slot of records.seen.found) records.set(slot, slot);
}

/** What was known before is not older: the rule has asked for it first. */
async function findObstacles(
  loading: Loading,
  { search = {}, wasMissed }: FurtherReads,
  { storage }: EngineSettings,
  { finder, patience }: Request,
  context: Context,
): Promise<void> {
  loading.reads.push([]);
  const found = await findAll(storage, search, context, patience.until);
  loading.records.seen.obstacles = found;
  if (!found.some(wasMissed)) return;
  loading.isOvertaken = true;
  // The next search is one of its own, and not that of callers who came earlier.
  finder.leave();
}

async function findOne(
  loading: Loading,
  search: SearchForOne,
  { finder, patience }: Request,
  { now }: Context,
): Promise<readonly Slot[]> {
  loading.given = await finder.find(search, now, patience.until);
  if (loading.given === undefined) return [];
  // The slot is news for `authorize`.
  loading.isAsked = false;
  return [loading.given.slot];
}

/** A hold has one holder, so there are no others to be spread over these slots. */
async function findHeld(
  loading: Loading,
  storage: EngineStorage,
  search: SearchForHeld,
  { patience }: Request,
  context: Context,
): Promise<readonly Slot[]> {
  const { heldBy: _, except: __, ...matching } = search;
  const held = chooseHeld(await findAll(storage, matching, context, patience.until), search, context);
  if (held === undefined) return [];
  // The slot is news for `authorize`.
  loading.isAsked = false;
  return [held];
}

async function findAll(
  storage: EngineStorage,
  search: SlotSearch,
  { now }: Context,
  until: number,
): Promise<readonly Slot[]> {
  const found: Slot[] = [];
  for (;;) {
    const last = found.at(-1);
    const after = last && { start: last.start, id: last.id };
    const page = await storage.findSlots({ ...search, asOf: now, limit: searchPage, ...(after && { after }) }, until);
    for (const slot of page) found.push(slot);
    if (page.length < searchPage) return found;
  }
}
