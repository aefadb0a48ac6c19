import { execFile } from "node:child_process";
import { join } from "node:path";
import { promisify } from "node:util";
import { createEngine } from "@slotwright/core";
import { auditStore } from "@slotwright/core/conformance";
import { expect, it } from "vitest";
import { sqliteAdapter } from "../src/index.ts";
import { freshFile } from "./fresh-folder.ts";

interface Report {
  readonly outcomes: Readonly<Record<string, number>>;
  readonly won: readonly string[];
}

const run = promisify(execFile);
const script = join(import.meta.dirname, "booking-process.ts");
const actor = { kind: "provider", id: "dr" };

it("four processes with 16 callers each share 30 slots on one file, and never one slot twice", async () => {
  const filename = freshFile();
  const storage = sqliteAdapter({ filename });
  await storage.migrate();
  const engine = createEngine({ storage });
  const slots = Array.from({ length: 30 }, (_, index) => {
    const start = Date.UTC(2026, 2, 2, 8) + index * 900_000;
    return { start: new Date(start), end: new Date(start + 900_000) };
  });
  const created = await engine.createSlots({ actor, providerId: "dr", facilityId: "f", slots });
  const slotIds = created.slots.map(({ id }) => id);
  const startAt = String(Date.now() + 1_500);
  const processes = ["a", "b", "c", "d"].map(async (name) => {
    const { stdout } = await run(process.execPath, [script, filename, startAt, name, "16", ...slotIds]);
    return JSON.parse(stdout) as Report;
  });
  const reports = await Promise.all(processes);

  // 20 slots are kept by whoever gets them; of each of the other 10 all give up what they got.
  const won = reports.flatMap((report) => report.won);
  expect(won.length).toBe(20);
  const codes = new Set(reports.flatMap(({ outcomes }) => Object.keys(outcomes)));
  expect([...codes].sort()).toEqual(["ok", "slot_booked"]);
  const { items } = await engine.listAppointments({ statuses: ["confirmed"], limit: 500 });
  expect(items.map(({ id }) => id).sort()).toEqual([...won].sort());
  expect((await engine.listSlots({ statuses: ["available"], limit: 500 })).items.length).toBe(10);
  expect(await auditStore(storage)).toEqual([]);
  await storage.close();
});
