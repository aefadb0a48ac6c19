import type { BacklogItem } from "./backlog.ts";
import type { Desk } from "./desk.ts";
import { handOver } from "./hand-over.ts";
import type { Parked } from "./parking.ts";
import { retryParked } from "./retry-parked.ts";

/** Begins to handle whatever there is room for. */
export function dispatch(desk: Desk): void {
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
  if (error !== undefined) parking.park(item.entry, { now: lease.now(), error });
  backlog.settle(item);
  desk.isDirty = true;
  // It has its place until then, or each that goes on would begin as many more in the same turn.
  await desk.takeTurn();
  busy.delete(item.key);
  desk.handing -= 1;
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
  const { takeTurn } = desk;
  await retryParked(context, parked, { lease, parking, closing, onProgress, takeTurn }).catch(desk.fail);
  busy.delete(parked.key);
  desk.retrying -= 1;
  onProgress();
}

/** Something was read or answered. */
export function goOn(desk: Desk): void {
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
