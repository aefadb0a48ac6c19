import { on } from "node:events";
import { appendFileSync } from "node:fs";
import {
  asCaller,
  ask,
  createRecorder,
  emptyWorld,
  type HistoryEvent,
  type Intent,
  mergeHistories,
  playClock,
  policiesNamed,
} from "@slotwright/conformance";
import { type Clock, createEngine, isBookingError, type StorageAdapter } from "@slotwright/core";
import { loadEngine } from "@slotwright/lab/engines";
import type { PlayerSetup, Round, RoundReport, ToPlayer } from "./messages.ts";
import { addTo, countingAdapter, emptyTally, type Tally } from "./tally.ts";

// One of several processes that play on one database, each with connections of its own and as fast as it can.

/** Milliseconds by which clocks are off. */
const jumps = [-3_600_000, 0, 3_600_000] as const;

/** A clock that is put forward or back before each command. Each jump is counted: `jump` receives its number. */
function jumpingClock({ now, sleep }: Clock, tally: Tally): Clock & { readonly jump: (step: number) => void } {
  let offset = 0;
  return {
    now: () => new Date(now().getTime() + offset),
    sleep,
    jump: (step) => {
      const before = offset;
      offset = jumps[step % jumps.length] as number;
      if (offset !== before) addTo(tally, { faults: 1 });
    },
  };
}

async function play(
  round: Round,
  storage: StorageAdapter,
  { name, log, clocksJump = false, inTransactions = false }: PlayerSetup,
): Promise<RoundReport> {
  const world = emptyWorld(round.world, round.policies, round.startedAt);
  world.slotIds.push(...round.slotIds);
  world.appointmentIds.push(...round.appointmentIds);
  const tally = emptyTally();
  const rawErrors: string[] = [];
  const noteRaw = (error: unknown) => {
    if (!isBookingError(error)) rawErrors.push(`Raw error: ${error instanceof Error ? error.stack : String(error)}`);
  };
  // Written before the command is sent, and at once, so that what a killed process intended is known.
  const onEvent = (event: HistoryEvent) => {
    if (log !== undefined) appendFileSync(log, `${JSON.stringify(event)}\n`);
  };
  const counting = countingAdapter(storage, tally);
  // Callers of one engine share round trips. Callers with different clocks need one each.
  const timed = playClock(round.startedAt);
  const options = { ...policiesNamed(round.policies), clock: timed };
  const shared = createEngine({ storage: counting, ...options });
  const callerOf = async (intents: readonly Intent[], index: number) => {
    const clock = clocksJump ? jumpingClock(timed, tally) : undefined;
    const recorder = createRecorder({ prefix: `${round.world}${name}${index}-`, onEvent, clock: clock ?? timed });
    const own = clock === undefined ? shared : createEngine({ storage: counting, ...options, clock });
    const engine = recorder.by(`${name}${index}`, inTransactions ? asCaller(index, own) : own);
    for (const [step, intent] of intents.entries()) {
      clock?.jump(step + index);
      await ask(intent, engine, world).catch(noteRaw);
    }
    return recorder.history();
  };
  const histories = await Promise.all(round.callers.map(callerOf));
  return { history: mergeHistories(histories), tally, rawErrors };
}

let opened: { readonly storage: StorageAdapter; readonly setup: PlayerSetup } | undefined;

for await (const [message] of on(process, "message", { close: ["disconnect"] }) as AsyncIterable<[ToPlayer]>) {
  if ("address" in message) {
    const { openStorage } = await loadEngine(message.engine);
    opened = { storage: openStorage(message.address), setup: message };
    // Connects, so that no round waits for that.
    await opened.storage.load([{ kind: "slot", id: "none" }]);
    process.send?.("ready");
  } else if (opened !== undefined) {
    process.send?.(await play(message, opened.storage, opened.setup));
  }
}
process.exit();
