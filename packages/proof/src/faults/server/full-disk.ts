import { readFile } from "node:fs/promises";
import { setTimeout as sleep } from "node:timers/promises";
import { intercepted } from "@slotwright/conformance";
import { isStorageError, type StorageError } from "@slotwright/core/adapter";
import { NoDatabaseError, type SqlConnection } from "@slotwright/lab/engines";
import { type OwnServer, type ServerName, startOwnServer } from "@slotwright/test-servers";
import { notingFailures } from "../../histories/noted-failures.ts";
import { emptyTally } from "../../histories/tally.ts";
import type { FaultReport } from "../fault.ts";
import { createSmallDisk, NoSmallDiskError, type SmallDisk } from "../small-disk.ts";
import type { CallersAtWork, CallersStorage, ServerFault, ServerScene } from "./fault.ts";
import { runServerFault } from "./run.ts";
import { openServerScene } from "./scene.ts";

interface ServerDisk {
  /** A size on which the server starts with its usual settings, with little to spare. */
  readonly mebibytes: number;
  /** Takes the room that is left in files that are not full yet. Runs again and again until it fails. */
  readonly press: string;
}

/** InnoDB has its redo log on disk from the start. Data and the binary log remain. */
const pressInnodb = "INSERT INTO ballast VALUES (repeat('x', 60000))";

const disks: Readonly<Record<ServerName, ServerDisk>> = {
  // Nothing but the log: without room for that, PostgreSQL shuts down.
  postgres: { mebibytes: 80, press: "SELECT pg_logical_emit_message(false, 'ballast', repeat('x', 1000000))" },
  mysql: { mebibytes: 232, press: pressInnodb },
  mariadb: { mebibytes: 144, press: pressInnodb },
};

/** The fault, without the server that it needs. */
export const fullDisk = {
  key: "server.full-disk",
  title: "the disk of the server is full, and then it is not any more",
} as const;

/**
 * Starts a server on a small disk, fills it while callers are at work, and gives the room back. If no small disk is
 * available, nothing is tried, and the report says so.
 * @throws NoDatabaseError
 */
export async function runFullDisk(engineName: ServerName, seed: number): Promise<FaultReport> {
  try {
    return await onSmallDisk(engineName, seed);
  } catch (error) {
    if (!(error instanceof NoSmallDiskError)) throw error;
    return { problems: [], tally: emptyTally(), notes: [`A full disk was not tried: ${error.message}`] };
  }
}

async function onSmallDisk(engineName: ServerName, seed: number): Promise<FaultReport> {
  const disk = await createSmallDisk(disks[engineName].mebibytes * (1 << 20));
  try {
    const server = await serverOn(disk, engineName);
    try {
      return await fillUnder(server, disk, engineName, seed);
    } finally {
      await disk.makeRoom();
      await server.stop();
    }
  } finally {
    await disk.remove();
  }
}

async function serverOn({ folder }: SmallDisk, engineName: ServerName): Promise<OwnServer> {
  const server = await startOwnServer(engineName, { folder }).catch((cause: Error) => {
    throw new NoDatabaseError(cause.message, { cause });
  });
  if (server === undefined) throw new NoDatabaseError(`There is no ${engineName} server to do harm to.`);
  return server;
}

async function fillUnder(
  server: OwnServer,
  disk: SmallDisk,
  engineName: ServerName,
  seed: number,
): Promise<FaultReport> {
  const scene = await openServerScene(engineName, server);
  const said: StorageError[] = [];
  try {
    const report = await runServerFault(faultOn(disk, said), scene, seed);
    return { ...report, problems: [...report.problems, ...unexplained(said)] };
  } finally {
    await scene.close();
  }
}

/** The fault on a server whose data lie on this disk. What storage reports in the meantime goes to `said`. */
function faultOn(disk: SmallDisk, said: StorageError[]): ServerFault {
  return {
    ...fullDisk,
    open: async (scene) => [1, 2].map(() => notingStorage(scene, said)),
    harm: async (scene, work) => {
      // The callers might finish while we connect.
      scene.proxy.pause();
      await prepare(scene);
      await disk.fill();
      scene.proxy.resume();
      // At once: the callers might finish within the room that is left in the files.
      await Promise.race([takeAllRoom(scene, work), sleep(lastingMs)]);
      await sleep(lastingMs);
      await disk.makeRoom();
      await untilItAnswers(scene);
      return said.filter(({ message }) => /is full|no room/.test(message)).length + (await toldInLog(scene));
    },
  };
}

const lastingMs = 1_500;

function notingStorage({ engine, address }: ServerScene, said: StorageError[]): CallersStorage {
  const storage = engine.openStorage(address);
  const note = (error: unknown) => {
    if (isStorageError(error)) said.push(error);
  };
  return { storage: intercepted(storage, notingFailures(note)), close: () => storage.close() };
}

async function prepare({ administrator }: ServerScene): Promise<void> {
  const connection = await administrator();
  await connection.query("CREATE TABLE ballast (filling TEXT)");
  await connection.close();
}

/** MySQL reports nothing to its callers. They wait until there is room, for a minute or more. */
async function toldInLog({ server }: ServerScene): Promise<number> {
  const lines = (await readFile(server.process.log, "utf8")).split("\n");
  return lines.filter((line) => /no space left on device|error 28|is full/i.test(line)).length;
}

/** More than the callers write: what is left in files that are not full yet, and the log that comes before all data. */
async function takeAllRoom({ administrator, engineName }: ServerScene, { ended }: CallersAtWork): Promise<void> {
  let hasEnded = false;
  void ended.then(() => {
    hasEnded = true;
  });
  const connection = await administrator().catch(() => undefined);
  try {
    while (!hasEnded && connection !== undefined) await connection.query(disks[engineName].press);
  } catch {
    // It is meant to find no room.
  } finally {
    void connection?.close().catch(() => {});
  }
}

/** Milliseconds in which a server recovers by itself, if it is still there. */
const recoveryMs = 5_000;

/** A server that could not write its log has shut down, and waits to be started again. */
async function untilItAnswers({ administrator, server }: ServerScene): Promise<void> {
  for (const deadline = Date.now() + recoveryMs; Date.now() < deadline; await sleep(100)) {
    const connection: SqlConnection | undefined = await administrator().catch(() => undefined);
    if (connection === undefined) continue;
    await connection.close().catch(() => {});
    return;
  }
  await server.process.restart();
}

/** Errors about which the adapter knows nothing specific. */
function unexplained(said: readonly StorageError[]): readonly string[] {
  const vague = said.filter(({ message }) => message.includes("did not do what was asked"));
  return [...new Set(vague.map(({ message }) => `An error that does not say what to do: ${message}`))];
}
