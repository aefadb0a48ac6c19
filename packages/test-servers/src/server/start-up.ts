import { readFile } from "node:fs/promises";
import { setTimeout as wait } from "node:timers/promises";
import type { DatabaseClient, Installation, RunFolder } from "../engine.ts";
import { freePort } from "./ports.ts";
import { type SpawnedServer, spawnServer } from "./spawned.ts";

const attempts = 5;
/** A member of a group gives up joining after a minute, and then tries again. */
const patience = 100_000;

export interface StartedServer {
  readonly server: SpawnedServer;
  readonly port: number;
}

/** What a server needs for each start. */
export interface StartUp {
  readonly installation: Installation;
  readonly client: DatabaseClient;
  readonly run: RunFolder;
  /** The administrator's URL if the server listens on this port. */
  url(port: number): string;
}

/** Starts the server on a free port, and on another one if somebody took it in the meantime. */
export async function startOnFreePort(startUp: StartUp): Promise<StartedServer> {
  for (let attempt = 1; ; attempt++) {
    const port = await freePort();
    try {
      return { port, server: await startOnPort(startUp, port) };
    } catch (error) {
      if (attempt === attempts || !/address already in use/i.test(String(error))) throw error;
    }
  }
}

/** Starts the server and waits until it answers. If it does not, throws with the end of its log. */
export async function startOnPort(startUp: StartUp, port: number): Promise<SpawnedServer> {
  const { installation, client, run, url } = startUp;
  const server = await spawnServer(installation, run, port);
  const answers = () => client.version(url(port)).then(Boolean, () => false);
  const deadline = Date.now() + patience;
  while (!(await answers())) {
    if (server.hasEnded() || Date.now() > deadline) {
      await server.kill();
      server.release();
      throw new Error(`The server did not start. Its log ends with:\n${await endOfLog(run)}`);
    }
    await wait(20);
  }
  return server;
}

async function endOfLog({ log }: RunFolder): Promise<string> {
  const lines = (await readFile(log, "utf8").catch(() => "")).trimEnd().split("\n");
  return lines.slice(-20).join("\n");
}
