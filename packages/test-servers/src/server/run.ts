import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { EngineDefinition, Environment, Installation, RunFolder } from "../engine.ts";
import type { OwnServer, ServerProcess } from "../test-server.ts";
import { createPassableFolder } from "../unprivileged.ts";
import { createDatabase } from "./connected.ts";
import { prepareData } from "./data.ts";
import { type StartUp, startOnFreePort, startOnPort } from "./start-up.ts";

/** Starts a server on a free loopback port with a data folder of its own, and waits until it answers. */
export async function runServer(
  definition: EngineDefinition,
  installation: Installation,
  environment: Environment,
): Promise<OwnServer> {
  const path = await createPassableFolder(`slotwright-${definition.engine}-`);
  const run = { path, data: join(path, "data"), log: join(path, "server.log") };
  const removeFolder = () => rm(path, { recursive: true, force: true });
  try {
    const startUp = await prepare(definition, installation, run, environment);
    return await start(definition, startUp, removeFolder);
  } catch (error) {
    await removeFolder();
    throw new Error(`${definition.title} ${installation.version} (${installation.origin}): ${messageOf(error)}`, {
      cause: error,
    });
  }
}

async function prepare(
  definition: EngineDefinition,
  found: Installation,
  run: RunFolder,
  environment: Environment,
): Promise<StartUp> {
  const installation = (await found.settle?.(run.path)) ?? found;
  const administrator = await prepareData(definition, installation, run, environment);
  return { installation, client: definition.client, run, url: (port) => installation.url(administrator, port) };
}

async function start(
  { engine, client }: EngineDefinition,
  startUp: StartUp,
  removeFolder: () => Promise<void>,
): Promise<OwnServer> {
  let { server, port } = await startOnFreePort(startUp);
  const url = startUp.url(port);
  const process: ServerProcess = {
    get pid() {
      return server.pid;
    },
    log: startUp.run.log,
    pause: () => server.signal("SIGSTOP"),
    resume: () => server.signal("SIGCONT"),
    kill: () => server.kill(),
    restart: async () => {
      if (!server.hasEnded()) await server.stop();
      server.release();
      server = await startOnPort(startUp, port);
    },
  };
  const stop = async () => {
    if (!server.hasEnded()) await server.stop();
    server.release();
    await removeFolder();
  };
  const version = await client.version(url);
  const { origin } = startUp.installation;
  return { engine, version, origin, url, process, createDatabase: () => createDatabase(client, url), stop };
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
