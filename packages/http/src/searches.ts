import { type Actor, BookingError, type Engine, isBookingError, type LiveSlots } from "@slotwright/core";
import { instantSchema } from "@slotwright/core/schemas";
import type { Asking } from "./calls.ts";
import { HttpError } from "./errors.ts";
import type { LiveOptions } from "./options.ts";
import type { Input } from "./requests/input.ts";
import { nextTimes, openSlots, type Search, times, timesByDay } from "./search-kinds.ts";
import { createSubjectSearches } from "./subject-searches.ts";

/** Searches for free times: by the live slots of the process where they have the answer, or else by the database. */
export interface Searches {
  readonly findOpen: (asking: Omit<Asking, "searches">) => Promise<object>;
  /** Times of a length, computed openings among them. */
  readonly findTimes: (asking: Omit<Asking, "searches">) => Promise<object>;
  readonly nextTimes: (asking: Omit<Asking, "searches">) => Promise<object>;
  readonly countTimes: (asking: Omit<Asking, "searches">) => Promise<object>;
  readonly countByDay: (actor: Actor, input: Input) => object;
  readonly next: (actor: Actor, input: Input) => object;
  /** Resolves once the live slots are read, or cannot be. */
  readonly ready: () => Promise<void>;
  readonly close: () => void;
}

/** After so many milliseconds, reading the live slots is tried again. */
const againMs = 5_000;

export function createSearches(
  engine: Pick<Engine, "follow" | "now">,
  options: LiveOptions | undefined,
  onError: (error: unknown) => void,
): Searches {
  const model = options === undefined ? undefined : createModel(engine, options, onError);
  const searchBy = (search: Search) => searchWith(engine, model, search);
  return {
    ready: () => model?.ready() ?? Promise.resolve(),
    close: () => model?.close(),
    findOpen: searchBy(openSlots),
    findTimes: searchBy(times),
    nextTimes: searchBy(nextTimes),
    countTimes: searchBy(timesByDay),
    countByDay: (actor, input) => withSource(requireLive(model, actor).countByDay(input)),
    next: (actor, input) => withSource(requireLive(model, actor).next(input)),
  };
}

const withStanding = (page: object, asOf: Date) => {
  return { ...page, source: "database", cursor: null, asOf, behindMs: 0, isStale: false };
};

/** What has begun is not on offer, from live slots or from the database: the engine's clock says so of both. */
function searchWith(clock: Pick<Engine, "now">, model: Model | undefined, search: Search) {
  return async ({ actor, engine, input }: Omit<Asking, "searches">): Promise<object> => {
    const now = clock.now();
    const found = model && (await findLive(model, search, { actor, input, now }));
    return found ?? withStanding(await search.inDatabase(engine, fromNowOn(input, now) as never), now);
  };
}

type Model = ReturnType<typeof createModel>;

/** The live slots, which are read in the background, and again after a failure. */
function createModel(
  engine: Pick<Engine, "follow">,
  { openTo, ...wanted }: LiveOptions,
  onError: (error: unknown) => void,
) {
  const closing = new AbortController();
  let slots: LiveSlots | undefined;
  let timer: ReturnType<typeof setTimeout> | undefined;

  async function start(): Promise<void> {
    try {
      slots = await engine.follow({ ...wanted, signal: closing.signal });
    } catch (error) {
      if (closing.signal.aborted) return;
      onError(error);
      timer = setTimeout(() => void start(), againMs);
    }
  }

  const started = start();
  return {
    ready: () => started,
    slots: () => slots,
    knowsHours: wanted.openings === true,
    subjects: createSubjectSearches(),
    liveFor: (actor: Actor) => openTo === "everybody" || openTo(actor),
    close() {
      clearTimeout(timer);
      closing.abort();
      slots = undefined;
    },
  };
}

/**
 * The answer of the live slots, if they have it: the window has to be asked for with its end, since the database has
 * more beyond theirs.
 */
async function findLive(
  model: Model,
  search: Search,
  { actor, input, now }: Pick<Asking, "actor" | "input"> & { readonly now: Date },
): Promise<object | undefined> {
  const slots = model.slots();
  const window = windowOf(input, now, search);
  if (slots === undefined || window === undefined) return undefined;
  if (search.isOfHours === true && !model.knowsHours) return undefined;
  const { subjectId, ...asked }: Input = { ...input, ...window };
  try {
    const found =
      subjectId === undefined
        ? findForAll(model, search, slots, { actor, asked })
        : await findForSubject(model, search, slots, { actor, subjectId: subjectId as string, asked });
    if (found === undefined || found.isStale || search.isWhole?.(found, asked) === false) return undefined;
    return "source" in found ? found : withSource(found);
  } catch (error) {
    // If it is not followed, or the input is invalid, the search of the database says so.
    if (isBookingError(error)) return undefined;
    throw error;
  }
}

const dayMs = 24 * 60 * 60 * 1000;

/** From now on. Undefined if live slots are not asked: the end is missing or too far, or a time is in another form than the plain one. */
function windowOf(
  input: Input,
  now: Date,
  { isWhole, mostDays = Number.POSITIVE_INFINITY }: Search,
): { readonly from: Date; readonly to?: Date } | undefined {
  const [from, to] = [dateOf(input.from), dateOf(input.to)];
  if (from === undefined && input.from !== undefined) return undefined;
  const begin = from !== undefined && from > now ? from : now;
  if (isWhole !== undefined) return { from: begin };
  return to && to.getTime() - begin.getTime() <= mostDays * dayMs ? { from: begin, to } : undefined;
}

interface AskedLive {
  readonly actor: Actor;
  readonly asked: Input;
}

function findForAll(model: Model, search: Search, slots: LiveSlots, { actor, asked }: AskedLive) {
  // Anybody may say whose holds are theirs. `authorize` knows, and is asked in the database's search.
  return model.liveFor(actor) && asked.holderId === undefined ? search.forAll(slots, asked as never) : undefined;
}

/** `authorize` is asked about it, so it is open to everybody. */
async function findForSubject(
  model: Model,
  { forSubject }: Search,
  slots: LiveSlots,
  { actor, subjectId, asked }: AskedLive & { readonly subjectId: string },
) {
  return forSubject && model.subjects.find(slots, { actor, subjectId }, (own) => forSubject(own, asked as never));
}

/** The plain form of an instant, which is read the fastest. All others are left to the database's search. */
const plainInstant = /^\d{4}-\d\d-\d\dT\d\d:\d\d:\d\d(\.\d{3})?Z$/;

function dateOf(text: unknown): Date | undefined {
  if (typeof text !== "string" || !plainInstant.test(text)) return undefined;
  const date = new Date(text);
  // February has no 30th.
  const isSo = !Number.isNaN(date.getTime()) && date.toISOString().startsWith(text.slice(0, 19));
  return isSo ? date : undefined;
}

/** NaN if it is none, which the search then says. */
function instantOf(value: unknown): number {
  const { data } = instantSchema.safeParse(value);
  return data?.getTime() ?? Number.NaN;
}

/** What has begun is not on offer. If all of what is asked for has begun, nothing is left between `from` and `to`. */
function fromNowOn(input: Input, now: Date): Input {
  const [from, to] = [instantOf(input.from), instantOf(input.to)];
  const isFuture = input.from !== undefined && !(from <= now.getTime());
  if (isFuture || from > to) return input;
  return { ...input, from: to <= now.getTime() ? input.to : now };
}

function requireLive(model: Model | undefined, actor: Actor): LiveSlots {
  if (model === undefined) throw new HttpError("route_not_found");
  if (!model.liveFor(actor)) {
    const problem = "These searches are not open to you.";
    throw new BookingError("forbidden", { command: "follow", actorId: actor.id, problem });
  }
  const slots = model.slots();
  if (slots === undefined) throw new BookingError("storage_unavailable", {});
  return slots;
}

const withSource = (found: object): object => ({ ...found, source: "live" });
