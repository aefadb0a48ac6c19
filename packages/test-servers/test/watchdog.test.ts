import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { access } from "node:fs/promises";
import { join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { expect, it } from "vitest";
import { noServer } from "../src/vitest/test-server.ts";

interface Started {
  readonly pid: number;
  readonly folder: string;
}

const holder = join(import.meta.dirname, "holder-process.ts");

async function startHolder(mode: string): Promise<{ child: ChildProcess; started: Started | null }> {
  const child = spawn(process.execPath, [holder, mode], { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = await once(child.stdout as NodeJS.EventEmitter, "data");
  return { child, started: JSON.parse(String(line)) };
}

async function isGone({ pid, folder }: Started): Promise<boolean> {
  const folderExists = await access(folder).then(
    () => true,
    () => false,
  );
  try {
    process.kill(pid, 0);
    return false;
  } catch {
    return !folderExists;
  }
}

async function expectGone(started: Started): Promise<void> {
  const deadline = Date.now() + 15_000;
  while (!(await isGone(started)) && Date.now() < deadline) await wait(50);
  expect(await isGone(started)).toBe(true);
}

it.concurrent.for(["SIGKILL", "SIGINT", "SIGTERM"] as const)(
  "ends the server when its starter dies of %s",
  async (signal, { skip }) => {
    const { child, started } = await startHolder("wait");
    if (started === null) return skip(noServer("postgres"));
    expect(await isGone(started)).toBe(false);
    child.kill(signal);
    await expectGone(started);
  },
);

it.concurrent("removes the folder of a server that crashed before its starter died", async ({ skip }) => {
  const { child, started } = await startHolder("crash");
  if (started === null) return skip(noServer("postgres"));
  child.kill("SIGKILL");
  await expectGone(started);
});

it.concurrent("does not hold up a program that forgets to stop its server", async ({ skip }) => {
  const { child, started } = await startHolder("forget");
  if (started === null) return skip(noServer("postgres"));
  if (child.exitCode === null) await once(child, "exit");
  expect(child.exitCode).toBe(0);
  await expectGone(started);
});
