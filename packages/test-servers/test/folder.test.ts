import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmod, mkdtemp, readdir, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { setTimeout as wait } from "node:timers/promises";
import { expect, it, onTestFinished } from "vitest";
import { type ServerName, startOwnServer } from "../src/index.ts";
import { noServer } from "../src/vitest/test-server.ts";
import { query } from "./query.ts";

async function callersFolder(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "slotwright-caller-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  await chmod(folder, 0o711);
  return folder;
}

// All engines do the same here, so two are tested: the one that starts first as another user, and one of the family
// that does not.
const engines: readonly ServerName[] = ["postgres", "mariadb"];

it.for(engines)(
  "keeps the data of %s in the caller's folder across a restart, and the log elsewhere",
  async (engine, { skip }) => {
    const folder = await callersFolder();
    const server = await startOwnServer(engine, { folder });
    if (server === undefined) return skip(noServer(engine));
    const { url } = await server.createDatabase();
    await query(engine, url, "CREATE TABLE things (id int primary key)");
    await server.process.restart();
    expect(await query(engine, url, "SELECT id FROM things")).toEqual([]);
    const [data] = await readdir(folder);
    expect(await readdir(join(folder, String(data), "data"))).toContain(engine === "postgres" ? "base" : "ibdata1");
    expect(server.process.log).not.toContain(folder);
    const beside = dirname(server.process.log);
    await server.stop();
    expect(await readdir(folder)).toEqual([]);
    await expect(readdir(beside)).rejects.toThrow(/ENOENT/);
  },
);

it("removes the data from the caller's folder when the starter is killed", async ({ skip }) => {
  const folder = await callersFolder();
  const holder = join(import.meta.dirname, "holder-process.ts");
  const child = spawn(process.execPath, [holder, "wait", folder], { stdio: ["ignore", "pipe", "inherit"] });
  const [line] = await once(child.stdout, "data");
  if (JSON.parse(String(line)) === null) return skip(noServer("postgres"));
  expect(await readdir(folder)).toHaveLength(1);
  child.kill("SIGKILL");
  const deadline = Date.now() + 15_000;
  while ((await readdir(folder)).length > 0 && Date.now() < deadline) await wait(50);
  expect(await readdir(folder)).toEqual([]);
});
