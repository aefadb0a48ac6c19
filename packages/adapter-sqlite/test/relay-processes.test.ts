import { type ChildProcess, fork } from "node:child_process";
import { existsSync, readFileSync } from "node:fs";
import { setTimeout as pause } from "node:timers/promises";
import { fileURLToPath } from "node:url";
import { createEngine, type Engine } from "@slotwright/core";
import { expect, it, onTestFinished } from "vitest";
import { sqliteAdapter } from "../src/index.ts";
import { freshFile } from "./fresh-folder.ts";

const program = fileURLToPath(new URL("relay-process.ts", import.meta.url));

interface Sent {
  readonly pid: number;
  readonly token: number;
  readonly record: string;
  readonly version: number;
}

async function write(engine: Engine, round: number): Promise<void> {
  const start = Date.UTC(2027, 2, 22, 8) + round * 1_800_000;
  const actor = { kind: "provider", id: "dr-weber" };
  const slots = [{ start: new Date(start), end: new Date(start + 1_800_000) }];
  const created = await engine.createSlots({ actor, providerId: "dr-weber", facilityId: "north", slots });
  const slotId = created.slots[0]?.id ?? "";
  const { appointment } = await engine.book({ actor, slotId, subjectId: "ada" });
  if (round % 2 === 0) await engine.cancel({ actor, appointmentId: appointment.id });
}

it("three processes with one relay lose no entry and keep each record's order, whichever is killed", async () => {
  const filename = freshFile();
  const sentTo = `${filename}.sent`;
  const storage = sqliteAdapter({ filename });
  await storage.migrate();
  const engine = createEngine({ storage });
  const children = new Set<ChildProcess>();
  const start = () => {
    const child = fork(program, [filename, sentTo], { stdio: "ignore" });
    children.add(child);
    child.once("exit", () => children.delete(child));
  };
  onTestFinished(() => {
    for (const child of children) child.kill("SIGKILL");
  });
  const sent = (): readonly Sent[] =>
    existsSync(sentTo)
      ? readFileSync(sentTo, "utf8")
          .trim()
          .split("\n")
          .filter((line) => line.endsWith("}"))
          .map((line) => JSON.parse(line) as Sent)
      : [];
  for (let index = 0; index < 3; index += 1) start();
  const killed = new Set<number>();
  for (let kill = 0, round = 0; kill < 3; kill += 1) {
    for (const end = round + 20; round < end; round += 1) await write(engine, round);
    // The one that is at work.
    let holder: number | undefined;
    while (holder === undefined || killed.has(holder)) {
      await pause(20);
      holder = sent().at(-1)?.pid;
    }
    const child = [...children].find(({ pid }) => pid === holder);
    child?.kill("SIGKILL");
    killed.add(holder);
    start();
  }
  const read = await storage.readFeed({ after: null, limit: 500 });
  const names = read.status === "read" ? read.entries.map(({ entry }) => entry) : [];
  expect(names.length).toBeGreaterThan(200);
  const missing = () => {
    const seen = new Set(sent().map(({ record, version }) => `${record} ${version}`));
    return names.filter(({ recordKind, recordId, version }) => !seen.has(`${recordKind} ${recordId} ${version}`));
  };
  for (let waited = 0; missing().length > 0 && waited < 60_000; waited += 50) await pause(50);
  expect(missing()).toEqual([]);
  const latest = new Map<string, Sent>();
  for (const one of sent()) {
    const before = latest.get(one.record);
    if (before?.token === one.token) expect(one.version).toBeGreaterThan(before.version);
    // A later holder may begin again, and leaves out nothing.
    else expect(one.version).toBeLessThanOrEqual((before?.version ?? 0) + 1);
    latest.set(one.record, one);
  }
  expect(new Set(sent().map(({ token }) => token)).size).toBeGreaterThan(3);
  await storage.close();
});
