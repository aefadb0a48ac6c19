import { NoDatabaseError } from "@slotwright/lab/engines";
import { expect, it } from "vitest";
import { runFullDisk } from "../src/faults/server/full-disk.ts";

// PostgreSQL takes ten seconds, and MySQL looks for room once a minute. They are left to the long proof.
it.for(["mariadb"] as const)(
  "a disk of %s that is full and then has room again does no damage",
  async (engineName, context) => {
    const report = await runFullDisk(engineName, 2).catch((error: unknown) => {
      if (!(error instanceof NoDatabaseError) || process.env.CI === "true") throw error;
      return context.skip(error.message);
    });
    expect(report.problems).toEqual([]);
    const [note] = report.notes ?? [];
    if (note !== undefined) context.skip(note);
    expect(report.tally.faults).toBeGreaterThan(0);
  },
);
