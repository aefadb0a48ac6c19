import { expect, it } from "vitest";
import { NoDatabaseError } from "../src/engines/index.ts";
import { runFullDisk } from "../src/faults/full-disk.ts";

// PostgreSQL takes ten seconds, and MySQL looks for room once a minute: they are for the long proof.
it.each(["mariadb"] as const)(
  "nothing comes of it when the disk of %s is full, and then has room again",
  async (engineName) => {
    const report = await runFullDisk(engineName, 2).catch((error: unknown) => {
      if (error instanceof NoDatabaseError) return undefined;
      throw error;
    });
    if (report === undefined) return;
    expect(report.problems).toEqual([]);
    expect(report.tally.faults > 0 || report.notes !== undefined).toBe(true);
  },
);
