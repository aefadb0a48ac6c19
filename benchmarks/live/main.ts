import { bad, good } from "@slotwright/lab/terminal";
import { runCommand } from "../command-line.ts";
import { followMany, type LiveFigures } from "./many-slots.ts";
import { computeOpenings, searchOpenings, searchOpeningsOnPostgres } from "./openings.ts";
import { type LiveOptions, parseLiveOptions, usage } from "./options.ts";
import { plainSearchRate } from "./plain-search.ts";
import type { SearchFigure } from "./search-figure.ts";

const figure = (number: number, digits = 1): string => number.toFixed(digits).padStart(9);

function printSearches(searches: readonly SearchFigure[]): void {
  console.log(
    `\n${"µs".padEnd(52)}${"p50".padStart(9)}${"p99".padStart(9)}${"max".padStart(9)}${"p99 undisturbed".padStart(17)}`,
  );
  for (const { name, p50, p99, max, undisturbed } of searches) {
    const withoutPauses = undisturbed === undefined ? "" : undisturbed.toFixed(1).padStart(17);
    console.log(`${name.padEnd(52)}${figure(p50)}${figure(p99)}${figure(max, 0)}${withoutPauses}`);
  }
}

function printFigures({ slots, followMs, bytes, searches, callersPerSecond, forSubject }: LiveFigures): void {
  console.log(`${slots} slots were read in ${(followMs / 1000).toFixed(1)} s and take ${(bytes / 1e6).toFixed(0)} MB.`);
  printSearches([...searches, forSubject.search]);
  console.log(`Of the free slots, the policies let ${Math.round(forSubject.passing * 100)} % pass.`);
  console.log(`\n64 callers of findOpen in one process: ${Math.round(callersPerSecond)} answers a second.`);
}

/** Milliseconds that were wanted: to compute, to find in memory, and to find on PostgreSQL. */
const wantedMs = { computed: 5, live: 2, postgres: 20 };

async function runOpenings(withDatabase: boolean): Promise<boolean> {
  const computed = computeOpenings(200);
  const live = await searchOpenings(400);
  const postgres = withDatabase ? await searchOpeningsOnPostgres(100) : undefined;
  const searches = [...computed, ...live.searches, ...(postgres?.searches ?? [])];
  console.log(`\nOpenings that are computed, ${live.booked} of which are booked:`);
  printSearches(searches);
  const isWithin = (search: SearchFigure | undefined, ms: number) => (search?.p50 ?? 0) <= ms * 1000;
  return (
    isWithin(computed[0], wantedMs.computed) &&
    isWithin(live.searches[0], wantedMs.live) &&
    isWithin(postgres?.searches[0], wantedMs.postgres)
  );
}

async function run({ slots, withDatabase }: LiveOptions, signal: AbortSignal): Promise<number> {
  const figures = await followMany(slots);
  printFigures(figures);
  let isFastEnough = (figures.searches[0]?.p99 ?? 0) <= 50 && figures.forSubject.search.p50 <= 200;
  if (!signal.aborted) isFastEnough = (await runOpenings(withDatabase)) && isFastEnough;
  if (withDatabase && !signal.aborted) {
    const plain = await plainSearchRate();
    const ratio = figures.callersPerSecond / plain;
    console.log(
      `The plain select on PostgreSQL: ${Math.round(plain)}. Live slots answer ${ratio.toFixed(1)} times as many.`,
    );
    isFastEnough &&= ratio >= 15;
  }
  const isSmallEnough = figures.bytes <= slots * 200;
  console.log(isFastEnough && isSmallEnough ? good("As fast and as small as wanted.") : bad("Too slow or too large."));
  return isFastEnough && isSmallEnough && !signal.aborted ? 0 : 1;
}

process.exitCode = await runCommand({ usage, parse: parseLiveOptions, run });
