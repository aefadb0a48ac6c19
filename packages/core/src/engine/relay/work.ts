import { nextBatch } from "../feed/subscribe.ts";
import { type Backlog, type BacklogItem, createBacklog } from "./backlog.ts";
import { type Bell, createBell, pause } from "./bell.ts";
import { handOver } from "./hand-over.ts";
import { createLease, type Lease } from "./lease.ts";
import { createParking, type Parked, type Parking } from "./parking.ts";
import { retryParked } from "./retry-parked.ts";
import type { RelayContext, Taken } from "./take-lease.ts";

/** Entries that are read ahead. At most twice as many wait, and are handed over again after a crash. */
const readAhead = 250;

/** Progress is stored this many milliseconds after an entry, with that of all others until then. */
const storeAfterMs = 50;

/** What a process works with while it has the lease. */
interface Desk {
  readonly context: RelayContext;
  readonly lease: Lease;
  readonly backlog: Backlog;
  readonly parking: Parking;
  /** Rings when something was handed over, parked or stored. */
  readonly bell: Bell;
  /** The records that are being handled. */
  readonly busy: Set<string>;
  /** Aborted when nothing more is to be handed over. */
  readonly closing: AbortSignal;
  /** Ends the work with this error, once everything under way is answered. */
  readonly fail: (error: unknown) => void;
  /** New entries, and parked records, that are being handled. */
  handing: number;
  retrying: number;
  isStopped: boolean;
  /** Whether everything was answered and stored before the lease ended. */
  isGivenUp: boolean;
  /** Whether there is progress that is not stored. */
  isDirty: boolean;
}

/**
 * Hands over entries until the lease ends, or until `stop` is aborted and everything under way is answered.
 * @throws BookingError for what does not pass by itself
 */
export async function work(
  context: RelayContext,
  { taken, term }: Taken,
  { holder, stop, wakers }: { readonly holder: string; readonly stop: AbortSignal; readonly wakers: Set<() => void> },
): Promise<void> {
  const { settings, plan, storage } = context;
  const bell = createBell();
  const busy = new Set<string>();
  const isBusy = (key: string) => busy.has(key);
  const parking = createParking(taken.state.parked, settings.random);
  const onAsked: Parameters<typeof createLease>[0]["onAsked"] = (stored) => {
    parking.hear(stored, isBusy);
    desk.isDirty = true;
    bell.ring();
  };
  const lease = createLease({ storage, holder, taken, term, leaseMs: plan.leaseSeconds * 1_000, onAsked });
  const closing = new AbortController();
  const close = () => {
    closing.abort();
    bell.ring();
  };
  let failure: { readonly error: unknown } | undefined;
  const fail = (error: unknown) => {
    failure ??= { error };
    close();
  };
  const desk: Desk = {
    ...{ context, lease, parking, bell, busy, closing: closing.signal, fail },
    ...{
      backlog: createBacklog(taken.state.position),
      handing: 0,
      retrying: 0,
      isStopped: false,
      isGivenUp: false,
      isDirty: false,
    },
  };
  // Somebody of this process has asked for something: the next write finds it.
  const wake = () => {
    desk.isDirty = true;
    bell.ring();
  };
  stop.addEventListener("abort", close);
  lease.ended.addEventListener("abort", close);
  wakers.add(wake);
  if (stop.aborted) close();
  const reading = readOn(desk).catch(desk.fail);
  try {
    await keepUp(desk);
    // A lease that has moved on may be taken again, whatever a read is waiting for.
    if (desk.isGivenUp) await reading;
    if (failure !== undefined) throw failure.error;
  } finally {
    close();
    lease.end();
    wakers.delete(wake);
    stop.removeEventListener("abort", close);
  }
}

/** Reads ahead, as long as there is room. */
async function readOn(desk: Desk): Promise<void> {
  const { context, backlog, parking, bell, closing } = desk;
  const { settings, plan } = context;
  const follower = settings.feedTail.follow(plan.pollMs);
  try {
    while (!closing.aborted) {
      if (backlog.size() >= readAhead || parking.size() >= plan.parkedLimit) {
        await bell.heard(closing);
        continue;
      }
      const batch = await nextBatch(settings, follower, backlog.end(), closing);
      backlog.add(batch.slice(0, readAhead));
      goOn(desk);
    }
  } finally {
    follower.leave();
  }
}

/** Hands over what there is, keeps the lease, and stores the progress, until the lease ends or everything is closed. */
async function keepUp(desk: Desk): Promise<void> {
  const { lease, closing } = desk;
  const progress = () => {
    desk.isDirty = false;
    return { position: desk.backlog.settledTo(), parked: desk.parking.states() };
  };
  let lookAt = performance.now();
  while (!lease.ended.aborted) {
    dispatch(desk);
    if (closing.aborted && desk.handing + desk.retrying === 0) break;
    if (desk.isDirty) await pause(storeAfterMs, lease.ended);
    if (desk.isDirty || lease.renewInMs() <= 0) await lease.save(progress);
    else if (desk.parking.size() > 0 && performance.now() >= lookAt) {
      await lease.look();
      lookAt = performance.now() + desk.context.plan.pollMs;
    } else await desk.bell.heard(lease.ended, waitMs(desk, lookAt));
  }
  if (lease.ended.aborted) return;
  await lease.giveUp(progress);
  desk.isGivenUp = true;
}

/** Until something is to be done that no bell tells of. */
function waitMs({ lease, parking, busy, closing, context }: Desk, lookAt: number): number {
  if (parking.size() === 0) return lease.renewInMs();
  const retryAt = closing.aborted ? undefined : parking.nextAt((key) => busy.has(key));
  const retryMs = retryAt === undefined ? context.plan.pollMs : retryAt - lease.now();
  // A record that is due, and for which there is no room, waits for the bell.
  return Math.min(lease.renewInMs(), lookAt - performance.now(), retryMs > 0 ? retryMs : context.plan.pollMs);
}

/** Begins to handle whatever there is room for. */
function dispatch(desk: Desk): void {
  const { context, lease, backlog, parking, busy } = desk;
  const { concurrency, parkedLimit } = context.plan;
  if (desk.closing.aborted || !lease.isHeld()) return;
  const isBusy = (key: string) => busy.has(key);
  while (desk.handing < concurrency && parking.size() < parkedLimit) {
    const item = backlog.take((key) => isBusy(key) && parking.get(key) === undefined);
    if (item === undefined) break;
    const parked = parking.get(item.key);
    if (parked === undefined) void handNew(desk, item);
    else {
      parking.follow(parked, item.entry);
      backlog.settle(item);
      desk.isDirty = true;
    }
  }
  while (desk.retrying < Math.ceil(concurrency / 2)) {
    const parked = parking.due(lease.now(), isBusy);
    if (parked === undefined) break;
    void retry(desk, parked);
  }
  noteLimit(desk);
}

async function handNew(desk: Desk, item: BacklogItem): Promise<void> {
  const { context, lease, backlog, parking, busy } = desk;
  busy.add(item.key);
  desk.handing += 1;
  const error = await handOver(context.plan, lease, item.entry, 1);
  busy.delete(item.key);
  desk.handing -= 1;
  if (error !== undefined) parking.park(item.entry, { now: lease.now(), error });
  backlog.settle(item);
  desk.isDirty = true;
  goOn(desk);
}

async function retry(desk: Desk, parked: Parked): Promise<void> {
  const { context, lease, parking, busy, closing } = desk;
  const onProgress = () => {
    desk.isDirty = true;
    goOn(desk);
  };
  busy.add(parked.key);
  desk.retrying += 1;
  const isOver = () => closing.aborted;
  await retryParked(context, parked, { lease, parking, isOver, onProgress }).catch(desk.fail);
  busy.delete(parked.key);
  desk.retrying -= 1;
  onProgress();
}

/** Something was read or answered. */
function goOn(desk: Desk): void {
  dispatch(desk);
  desk.bell.ring();
}

/** Warns when the relay stops, once until it goes on. */
function noteLimit(desk: Desk): void {
  const { settings, plan } = desk.context;
  const parked = desk.parking.size();
  const isFull = parked >= plan.parkedLimit;
  if (isFull && !desk.isStopped) {
    const message = `The relay ${JSON.stringify(plan.name)} hands over nothing new: ${parked} records are parked, because the handler fails. It goes on retrying these, and with the others once fewer than ${plan.parkedLimit} are parked. See what is parked with status(), and mend what the handler needs.`;
    settings.warn({ code: "relay_stopped", message, details: { name: plan.name, parked } });
  }
  desk.isStopped = isFull;
}
