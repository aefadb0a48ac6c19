import { rm } from "node:fs/promises";
import { join } from "node:path";
import type { EngineDefinition, Environment, Installation, RunFolder } from "../engine.ts";
import type { OwnServer, ServerProcess } from "../test-server.ts";
import { createPassableFolder } from "../unprivileged.ts";
import { createDatabase } from "./connected.ts";
import { prepareData } from "./data.ts";
import { type StartUp, startOnFreePort, startOnPort } from "./start-up.ts";

/**
 * Starts a server on a free loopback port with a data folder of its own, and waits until it answers.
 *
 * @param parent Where to create the data folder. Defaults to beside the log.
 */
export async function runServer(
  definition: EngineDefinition,
  installation: Installation,
  environment: Environment,
  parent?: string,
): Promise<OwnServer> {
  const run = await createRunFolder(`slotwright-${definition.engine}-`, parent);
  const removeFolder = () => removeRunFolder(run);
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

async function createRunFolder(prefix: string, parent: string | undefined): Promise<RunFolder> {
  const elsewhere = parent === undefined ? undefined : await createPassableFolder(prefix, parent);
  const path = await createPassableFolder(prefix);
  return { path, elsewhere, data: join(elsewhere ?? path, "data"), log: join(path, "server.log") };
}

async function removeRunFolder({ path, elsewhere }: RunFolder): Promise<void> {
  for (const folder of [elsewhere, path]) {
    if (folder !== undefined) await rm(folder, { recursive: true, force: true });
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
      if (!server.hasEnded()) await client.prepareShutdown?.(url).catch(() => {});
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
