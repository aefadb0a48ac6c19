import { BookingError } from "../../errors/index.ts";
import { pause } from "../bell.ts";
import { newToken } from "../ids.ts";
import type { EngineSettings } from "../options.ts";
import { askedTerm, type Term } from "./lease.ts";
import type { RelayPlan } from "./options.ts";
import type { RelayStorage, StoredState } from "./relay-storage.ts";
import type { Contender, RelayState } from "./state.ts";

/** A relay's options, and what it works with. */
export interface RelayContext {
  readonly settings: EngineSettings;
  readonly plan: RelayPlan;
  readonly storage: RelayStorage;
}

export interface Taken {
  readonly taken: StoredState;
  readonly term: Term;
}

/**
 * Waits until no other process has the lease, and takes it. The lease is over at the time of the database that is stored
 * with it, or when it has not been renewed for as long as it lasts while this process looked on: the database's clock may
 * be set back. Undefined if `stop` is aborted before.
 * @throws BookingError `feed_reset`, and what does not pass by itself
 */
export async function takeLease(
  context: RelayContext,
  contender: Contender,
  stop: AbortSignal,
): Promise<Taken | undefined> {
  const { plan, storage } = context;
  const leaseMs = plan.leaseSeconds * 1_000;
  const watch = createWatch();
  while (!stop.aborted) {
    const stored = await storage.read(stop);
    const isUnrenewed = watch(stored ?? undefined);
    if (stored) note(contender, stored.state);
    const term = await askedTerm(storage, leaseMs, stop);
    if (stored === undefined || term === undefined) return undefined;
    const waitMs = (stored?.state.lease?.until ?? 0) - (term.until - leaseMs);
    if (waitMs > 0 && !isUnrenewed) {
      await pause(Math.min(waitMs, plan.pollMs), stop);
      continue;
    }
    const taken = await take(context, stored, { contender, until: term.until, stop });
    if (taken === undefined) continue;
    note(contender, taken.state);
    return { taken, term };
  }
  return undefined;
}

function note(contender: Contender, state: RelayState): void {
  contender.seen = state;
  contender.token = Math.max(contender.token, state.token);
}

/** Whether the state that is looked at has been the same for as long as its lease lasts. */
function createWatch(): (stored: StoredState | undefined) => boolean {
  let seen: { readonly version: number | undefined; readonly at: number } | undefined;
  return (stored) => {
    const [version, at] = [stored?.version, performance.now()];
    if (seen === undefined || seen.version !== version) seen = { version, at };
    return at - seen.at >= (stored?.state.lease?.forMs ?? Number.POSITIVE_INFINITY);
  };
}

interface Taking {
  readonly contender: Contender;
  readonly until: number;
  readonly stop: AbortSignal;
}

async function take(
  context: RelayContext,
  stored: StoredState | null,
  { contender, until, stop }: Taking,
): Promise<StoredState | undefined> {
  const { storage, plan } = context;
  const before = stored?.state ?? (await stateWithoutRow(context, contender, stop));
  if (before === undefined) return undefined;
  const version = stored?.version ?? 0;
  const lease = { holder: contender.holder, until, forMs: plan.leaseSeconds * 1_000 };
  const token = Math.max(before.token, contender.token) + 1;
  const state = { ...before, token, lease, writeId: newToken() };
  if (await storage.write(version, state, stop)) return { version: version + 1, state };
  const now = await storage.read(stop);
  return now?.state.writeId === state.writeId ? now : undefined;
}

type FirstState = Omit<RelayState, "lease" | "writeId">;

/**
 * A row that was there may be gone, with commits that a failover has lost. To begin at the end would skip what came since, so
 * the relay goes on from the place that was seen, if the feed has it.
 */
async function stateWithoutRow(
  { storage, plan }: RelayContext,
  { seen }: Contender,
  stop: AbortSignal,
): Promise<FirstState | undefined> {
  if (seen !== undefined) {
    const isFitting = await storage.fits(seen.position, stop);
    if (isFitting === false) throw new BookingError("feed_reset", { relay: plan.name });
    return isFitting === undefined ? undefined : seen;
  }
  const position = plan.from === "beginning" ? [] : await storage.endOfFeed(stop);
  return position && { position, token: 0, parked: [] };
}
