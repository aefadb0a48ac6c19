import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { setTimeout as sleep } from "node:timers/promises";
import type { Performance, Play, Scene } from "@slotwright/conformance";
import type { StorageAdapter } from "@slotwright/core";
import { playTogether } from "../../histories/free-running.ts";
import type { RoundReport } from "../../histories/messages.ts";
import { type Player, startPlayer } from "../../histories/player.ts";
import { addTo, emptyTally, type Tally } from "../../histories/tally.ts";
import { problemsIn } from "../after.ts";
import { type Beside, type BesideStorages, withBeside } from "../beside/run.ts";
import type { FaultReport } from "../fault.ts";
import { performRush } from "../run.ts";
import type { CallersAtWork, CallersStorage, ServerFault, ServerScene } from "./fault.ts";
import { watchCalls } from "./watched-calls.ts";

/** Milliseconds after which the engine gives up on a busy database. */
const budgetMs = 4_000;

/** Milliseconds after which a caller asks again if the database is away. */
const pauseMs = 100;

/** Lets callers work while the fault strikes, and checks, past the proxies, that it did no damage. */
export async function runServerFault(fault: ServerFault, scene: ServerScene, seed: number): Promise<FaultReport> {
  const tally = emptyTally();
  const beside = await (fault.openBeside ?? readerAndRelays)(scene);
  const storages = await (fault.open ?? twoAdapters)(scene);
  const observer: StorageAdapter = scene.engine.openStorage(scene.direct);
  try {
    const problems = await withBeside(beside, tally, (atWork) =>
      struckProblems(fault, scene, { seed, tally, observer, storages, beside, atWork }),
    );
    await Promise.all(storages.map(({ close }) => close()));
    return { tally, problems: [...problems, ...(await leaksOf(scene))] };
  } finally {
    await observer.close();
  }
}

interface Struck extends Pick<CallersAtWork, "storages" | "beside"> {
  readonly seed: number;
  readonly tally: Tally;
  readonly observer: StorageAdapter;
  readonly atWork: Beside;
}

async function struckProblems(fault: ServerFault, scene: ServerScene, struck: Struck): Promise<readonly string[]> {
  const { seed, tally, observer, storages, beside, atWork } = struck;
  const calls = watchCalls();
  const watched = storages.map(({ storage }) => calls.watch(storage) as StorageAdapter);
  const rush = { name: fault.key, seed, callers: 6, storages: watched, observer, budgetMs, pauseMs, tally };
  const performance = await performRush({ ...rush, sharesEngines: true }, (of, play) =>
    struckScene(fault, scene, { storages, calls, beside }, play, of, tally),
  );
  return problemsAfter(scene, performance, atWork, observer);
}

/** The callers at work, here or in processes of their own, and the harm during that work. */
async function struckScene(
  { harm, processes, prepare }: ServerFault,
  scene: ServerScene,
  callers: Pick<CallersAtWork, "storages" | "calls" | "beside">,
  play: Play,
  { participants, world }: Scene,
  tally: Tally,
): Promise<readonly RoundReport[]> {
  await prepare?.(scene);
  if (processes === undefined) {
    const ended = Promise.all(participants.map((act) => act())).then(() => {});
    tally.faults += await harm(scene, { ...callers, players: [], ended });
    await ended;
    return [];
  }
  return withPlayers(scene, processes, async (players) => {
    const told = playTogether(play, world, players);
    const ended = told.then(() => {});
    tally.faults += await harm(scene, { ...callers, players, ended });
    for (const one of await told) addTo(tally, one.tally);
    return told;
  });
}

async function withPlayers(
  { engineName, address }: ServerScene,
  { count, clocksJump = false }: NonNullable<ServerFault["processes"]>,
  work: (players: readonly Player[]) => Promise<readonly RoundReport[]>,
): Promise<readonly RoundReport[]> {
  const folder = await mkdtemp(join(tmpdir(), "slotwright-proof-"));
  const setups = Array.from({ length: count }, (_, index) => {
    const name = String.fromCharCode(97 + index);
    return { engine: engineName, address, name, log: join(folder, name), clocksJump };
  });
  const players: Player[] = [];
  try {
    for (const setup of setups) players.push(await startPlayer(setup));
    return await work(players);
  } finally {
    await Promise.all(players.map(({ stop }) => stop()));
    await rm(folder, { recursive: true });
  }
}

async function twoAdapters({ engine, address }: ServerScene): Promise<readonly CallersStorage[]> {
  return [1, 2].map(() => {
    const storage = engine.openStorage(address);
    return { storage, close: () => storage.close() };
  });
}

/** Those beside the callers, unless a fault has others. */
export async function readerAndRelays({ engine, beside: { reader, relay } }: ServerScene): Promise<BesideStorages> {
  const [one, other] = [engine.openStorage(relay.address), engine.openStorage(relay.address)];
  return { reader: engine.openStorage(reader.address), relays: [one, other] };
}

/** What is still connected after everybody has closed. */
async function leaksOf({ proxy, beside: { reader, relay } }: ServerScene): Promise<readonly string[]> {
  const open = () => [proxy, reader.proxy, relay.proxy].reduce((sum, one) => sum + one.connections(), 0);
  for (let waitedMs = 0; waitedMs < 2_000; waitedMs += 50) {
    if (open() === 0) return [];
    await sleep(50);
  }
  return [`${open()} connections stay open after all adapters were closed.`];
}

/** The limit of two pools of the drivers' default size. */
const mostConnections = 20;

async function problemsAfter(
  { engine, administrator, proxy }: ServerScene,
  performance: Performance,
  atWork: Beside,
  observer: StorageAdapter,
): Promise<readonly string[]> {
  const connection = await administrator();
  const open = proxy.connections();
  const leaks = open > mostConnections ? [`${open} connections are open, of ${mostConnections} at most.`] : [];
  try {
    return [...leaks, ...(await problemsIn(performance, atWork, observer, connection, engine))];
  } finally {
    await connection.close();
  }
}
