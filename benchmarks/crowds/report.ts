import { bad, good, heading, table } from "@slotwright/proof/terminal";
import type { CrowdsOn } from "./run.ts";

/** What was not as it has to be, a sentence each. Times are reported, and not judged. */
export function problemsOf({ engine, thousand, few, replayed }: CrowdsOn): readonly string[] {
  const rushes = [...thousand, few].flatMap(({ processes, seats, unsold, soldTwice, errors }) => [
    ...(unsold > 0 ? [`${engine}: ${unsold} of ${seats} seats were not sold by ${processes} processes.`] : []),
    ...(soldTwice > 0 ? [`${engine}: ${soldTwice} of ${seats} seats were sold twice.`] : []),
    ...errors.map((error) => `${engine}: ${error}`),
  ]);
  const { wrongTimes, errors } = replayed;
  return [
    ...rushes,
    ...(wrongTimes > 0 ? [`${engine}: at ${wrongTimes} times another number of seats was booked than it should.`] : []),
    ...errors.map((error) => `${engine}: ${error}`),
  ];
}

export function printCrowds(on: CrowdsOn): void {
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
    `${few.callers} callers for ${few.seats} seats: ${Math.round(rate)} a second, ${(rate / hotSlotPerSecond).toFixed(2)} × hot-slot (${hotSlotPerSecond}).`,
  );
  const { calls, callers, seats, booked, refused, replayMs, callsPerSecond } = replayed;
  console.log(
    `${calls} calls by ${callers} callers for ${seats} seats: ${booked} booked, ${refused} refused, in ${(replayMs / 1000).toFixed(1)} s (${callsPerSecond} a second).`,
  );
  const problems = problemsOf(on);
  for (const problem of problems) console.log(bad(problem));
  if (problems.length === 0) console.log(good("Every seat was sold, and none twice."));
}
