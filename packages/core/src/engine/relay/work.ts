import { nextBatch } from "../feed/next-batch.ts";
import { createDesk, type Desk } from "./desk.ts";
import { dispatch, goOn } from "./dispatch.ts";
import type { Contender } from "./state.ts";
import type { RelayContext, Taken } from "./take-lease.ts";

/** Entries that are read ahead. At most twice as many new ones are not stored as handed over, and come again after a crash. */
const readAhead = 250;

/** Progress is stored this many milliseconds after an entry at the latest, with that of all others until then. */
const storeAfterMs = 50;

interface WorkParts {
  readonly contender: Contender;
  readonly stop: AbortSignal;
  readonly wakers: Set<() => void>;
}

/**
 * Hands over entries until the lease ends, or until `stop` is aborted and everything under way is answered.
 * @throws BookingError for what does not pass by itself
 */
export async function work(context: RelayContext, taken: Taken, { contender, stop, wakers }: WorkParts): Promise<void> {
  const desk = createDesk(context, taken, contender);
  const { lease, close, wake } = desk;
  stop.addEventListener("abort", close);
  lease.ended.addEventListener("abort", close);
  wakers.add(wake);
  if (stop.aborted) close();
  const reading = readOn(desk).catch(desk.fail);
  try {
    await keepUp(desk);
    // A lease that has moved on may be taken again, whatever a read is waiting for.
    if (desk.isGivenUp) await reading;
    if (desk.failure !== undefined) throw desk.failure.error;
    if (!desk.isGivenUp) warnOfLoss(context);
  } finally {
    close();
    lease.end();
    wakers.delete(wake);
    stop.removeEventListener("abort", close);
  }
}

function warnOfLoss({ settings, plan: { name, leaseSeconds } }: RelayContext): void {
  const message = `The relay ${JSON.stringify(name)} has lost its lease before it could renew it, so what was under way is handed over again. Either the database was away for longer than the lease of ${leaseSeconds} s, or a failover has lost what the relay had stored, or something has kept the event loop from turning: see that the handler waits for what it does rather than blocking, or raise leaseSeconds.`;
  settings.warn({ code: "relay_lease_lost", message, details: { name } });
}

/** Reads ahead, as long as there is room. */
async function readOn(desk: Desk): Promise<void> {
  const { context, backlog, bell, closing } = desk;
  const { settings, plan } = context;
  const follower = settings.feedTail.follow(plan.pollMs);
  try {
    while (!closing.aborted) {
      // All of it has to be taken: the follower gives only what comes after it.
      const batch = await nextBatch(settings, follower, backlog.end(), closing);
      for (let at = 0; at < batch.length; at += readAhead) {
        while (!hasRoom(desk) && !closing.aborted) await bell.heard(closing);
        if (closing.aborted) return;
        backlog.add(batch.slice(at, at + readAhead));
        goOn(desk);
      }
    }
  } finally {
    follower.leave();
  }
}

function hasRoom({ context, backlog, parking }: Desk): boolean {
  return backlog.size() < readAhead && parking.size() < context.plan.parkedLimit;
}

/** Waits for what can be stored together with what is there, unless that is so much that nothing more is read. */
async function gather({ lease, backlog, bell }: Desk): Promise<void> {
  const until = performance.now() + storeAfterMs;
  while (backlog.settled() < readAhead && performance.now() < until && !lease.ended.aborted) {
    await bell.heard(lease.ended, until - performance.now());
  }
}

/** There is room again for as many as are stored. */
async function save({ lease, backlog, bell }: Desk, progress: Parameters<Desk["lease"]["save"]>[0]): Promise<void> {
  await lease.save(progress);
  if (lease.ended.aborted) return;
  backlog.noteStored();
  bell.ring();
}

/** Hands over what there is, keeps the lease, and stores the progress, until the lease ends or everything is closed. */
async function keepUp(desk: Desk): Promise<void> {
  const { lease, closing } = desk;
  const progress = () => {
    desk.isDirty = false;
    const { backlog, parking } = desk;
    if (desk.isReset) return undefined;
    return { position: backlog.settledTo(), parked: parking.states(), readTo: backlog.end() };
  };
  let lookAt = performance.now();
  while (!lease.ended.aborted) {
    dispatch(desk);
    if (closing.aborted && desk.handing + desk.retrying === 0) break;
    if (desk.isDirty) await gather(desk);
    if (desk.isDirty || lease.renewInMs() <= 0) await save(desk, progress);
    else if (desk.parking.size() > 0 && performance.now() >= lookAt) {
      await lease.look();
      lookAt = performance.now() + desk.context.plan.pollMs;
    } else await desk.bell.heard(lease.ended, waitMs(desk, lookAt));
  }
  if (lease.ended.aborted) return;
  await lease.giveUp(progress);
  desk.isGivenUp = true;
}

/** How long until something is due that rings no bell. */
function waitMs({ lease, parking, busy, closing, context }: Desk, lookAt: number): number {
  if (parking.size() === 0) return lease.renewInMs();
  const retryAt = closing.aborted ? undefined : parking.nextAt(lease.now(), (key) => busy.has(key));
  const retryMs = retryAt === undefined ? context.plan.pollMs : retryAt - lease.now();
  // A record that is due, and for which there is no room, waits for the bell.
  return Math.min(lease.renewInMs(), lookAt - performance.now(), retryMs > 0 ? retryMs : context.plan.pollMs);
}
