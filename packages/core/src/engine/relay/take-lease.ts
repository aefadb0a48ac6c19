import { pause } from "../bell.ts";
import { newToken } from "../ids.ts";
import type { EngineSettings } from "../options.ts";
import { askedTerm, type Term } from "./lease.ts";
import type { RelayPlan } from "./options.ts";
import type { RelayStorage, StoredState } from "./relay-storage.ts";
import type { RelayState } from "./state.ts";

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
 */
export async function takeLease(context: RelayContext, holder: string, stop: AbortSignal): Promise<Taken | undefined> {
  const { plan, storage } = context;
  const leaseMs = plan.leaseSeconds * 1_000;
  const watch = createWatch();
  while (!stop.aborted) {
    const stored = await storage.read(stop);
    const isUnrenewed = watch(stored ?? undefined);
    const term = await askedTerm(storage, leaseMs, stop);
    if (stored === undefined || term === undefined) return undefined;
    const waitMs = (stored?.state.lease?.until ?? 0) - (term.until - leaseMs);
    if (waitMs > 0 && !isUnrenewed) {
      await pause(Math.min(waitMs, plan.pollMs), stop);
      continue;
    }
    const taken = await take(context, stored, { holder, until: term.until, forMs: leaseMs }, stop);
    if (taken !== undefined) return { taken, term };
  }
  return undefined;
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

async function take(
  context: RelayContext,
  stored: StoredState | null,
  lease: NonNullable<RelayState["lease"]>,
  stop: AbortSignal,
): Promise<StoredState | undefined> {
  const { storage } = context;
  const before = stored?.state ?? (await firstState(context, stop));
  if (before === undefined) return undefined;
  const version = stored?.version ?? 0;
  const state = { ...before, token: before.token + 1, lease, writeId: newToken() };
  const isStored = await storage.write(version, state, stop);
  if (isStored === undefined) return undefined;
  if (isStored) return { version: version + 1, state };
  const now = await storage.read(stop);
  return now?.state.writeId === state.writeId ? now : undefined;
}

async function firstState(
  { storage, plan }: RelayContext,
  stop: AbortSignal,
): Promise<Omit<RelayState, "lease" | "writeId"> | undefined> {
  const position = plan.from === "beginning" ? [] : await storage.endOfFeed(stop);
  return position && { position, token: 0, parked: [] };
}
