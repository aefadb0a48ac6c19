import { bad, good, heading, table } from "@slotwright/lab/terminal";
import type { CrowdsOn } from "./run.ts";

/** By time, all seats may take at most this many times what they take by slot. */
const mostBySlot = 3;
/** Answers per second of many callers for few seats, as a share of `hot-slot`'s. */
const leastOfHotSlot = 2 / 3;
const longestReplayMs = 5 * 60_000;

/** What is wrong, one sentence each. The times of small crowds are not judged. */
export function problemsOf(on: CrowdsOn, isQuick: boolean): readonly string[] {
  return [...wrongSeats(on), ...(isQuick ? [] : wrongTimes(on))];
}

function wrongTimes({ engine, thousand, few, hotSlotPerSecond, replayed }: CrowdsOn): readonly string[] {
  const slow = thousand.filter(({ byTimeMs, bySlotMs }) => byTimeMs > mostBySlot * bySlotMs);
  const share = (few.callers * 1000) / few.byTimeMs / hotSlotPerSecond;
  return [
    ...slow.map(
      ({ processes }) => `${engine}: by time, ${processes} processes took over ${mostBySlot} times as long as by slot.`,
    ),
    ...(share < leastOfHotSlot
      ? [`${engine}: the rate for few seats is ${share.toFixed(2)} of the rate of hot-slot.`]
      : []),
    ...(replayed.replayMs > longestReplayMs ? [`${engine}: the replay took more than five minutes.`] : []),
  ];
}

function wrongSeats({ engine, thousand, few, replayed }: CrowdsOn): readonly string[] {
  const rushes = [...thousand, few].flatMap(({ processes, seats, unsold, soldTwice, errors }) => [
    ...(unsold > 0 ? [`${engine}: ${unsold} of ${seats} seats were not sold by ${processes} processes.`] : []),
    ...(soldTwice > 0 ? [`${engine}: ${soldTwice} of ${seats} seats were sold twice.`] : []),
    ...errors.map((error) => `${engine}: ${error}`),
  ]);
  const { wrongTimes: wrong, errors } = replayed;
  return [
    ...rushes,
    ...(wrong > 0 ? [`${engine}: at ${wrong} times, the wrong number of seats was booked.`] : []),
    ...errors.map((error) => `${engine}: ${error}`),
  ];
}

export function printCrowds(on: CrowdsOn, isQuick: boolean): void {
  const { engine, origin, thousand, few, hotSlotPerSecond, replayed } = on;
  console.log(heading(`${engine}, ${origin}`));
  console.log(
    table(
      [...thousand, few].map(({ seats, callers, processes, bySlotMs, byTimeMs, unsold }) => ({
        seats,
        callers,
        processes,
        "by slot, ms": bySlotMs,
        "by time, ms": byTimeMs,
        "time ÷ slot": (byTimeMs / bySlotMs).toFixed(2),
        unsold,
      })),
    ),
  );
  const rate = (few.callers * 1000) / few.byTimeMs;
  console.log(
    `${few.callers} callers for ${few.seats} seats: ${Math.round(rate)} per second, ${(rate / hotSlotPerSecond).toFixed(2)} × hot-slot (${hotSlotPerSecond}).`,
  );
  const { calls, callers, seats, booked, refused, replayMs, callsPerSecond } = replayed;
  console.log(
    `${calls} calls by ${callers} callers for ${seats} seats: ${booked} booked, ${refused} refused, in ${(replayMs / 1000).toFixed(1)} s (${callsPerSecond} per second).`,
  );
  const problems = problemsOf(on, isQuick);
  for (const problem of problems) console.log(bad(problem));
  if (problems.length === 0) console.log(good("Every seat was sold, none twice, and in time."));
}
