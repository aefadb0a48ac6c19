import { openArena } from "../arenas/open.ts";
import { fullScale } from "../contenders/workloads.ts";

const callers = 64;

/** Searches of an application with tables of its own on PostgreSQL, in a second, at 64 callers. */
export async function plainSearchRate(): Promise<number> {
  const arena = await openArena("postgres");
  if (arena === undefined) throw new Error("PostgreSQL is not available.");
  try {
    const contest = await arena.open({ callers, scale: fullScale, reach: (url) => url, names: ["lock-row"] });
    try {
      const rates: number[] = [];
      for (let round = 0; round < 4; round++) {
        const turn = await contest.contenders[0]?.turn({ workload: "search", callers, operations: 2_000 });
        if (turn === undefined || turn.errors.length > 0) throw new Error(`It failed: ${turn?.errors[0]}`);
        // The first one warms up.
        if (round > 0) rates.push(turn.done / (turn.elapsedMs / 1000));
      }
      return Math.max(...rates);
    } finally {
      await contest.close();
    }
  } finally {
    await arena.close();
  }
}
