import { type History, settleUnknown } from "@slotwright/conformance";
import type { StorageAdapter } from "@slotwright/core";
import { type DatabaseEngine, loadEngine } from "@slotwright/lab/engines";
import { toldIn } from "../faults/told.ts";
import { emptyTally, type Tally } from "../histories/tally.ts";
import { findingsOnNodes } from "./after.ts";
import { type BesideNodes, startBeside } from "./beside.ts";
import { playOnNodes } from "./callers.ts";
import type { Finding } from "./findings.ts";
import { type Strike, strikeAll } from "./nemesis.ts";
import type { ClusterFault, Nodes, NodesDatabase } from "./nodes.ts";
import { patient } from "./patient.ts";
import { type PlainRows, startPlainRows } from "./plain-rows.ts";
import { type Pulse, startPulse } from "./pulse.ts";

export interface RoundOptions {
  readonly seed: number;
  /** At least so many. */
  readonly histories: number;
  /** Each strikes once. */
  readonly faults: readonly ClusterFault[];
  readonly signal: AbortSignal;
}

export interface RoundReport {
  readonly tally: Tally;
  /** One after another on each node, beside the histories. */
  readonly bookings: number;
  readonly strikes: readonly Strike[];
  readonly findings: readonly Finding[];
  readonly plainRows: { readonly acknowledged: number; readonly lost: number };
}

/** What is at work on one database. */
interface Work {
  readonly engine: DatabaseEngine;
  readonly database: NodesDatabase;
  readonly storages: readonly StorageAdapter[];
  readonly beside: BesideNodes;
  readonly plain: PlainRows;
  readonly pulse: Pulse;
  readonly tally: Tally;
}

/** Lets callers play on all nodes of an empty database while the faults strike, and checks everything afterwards. */
export async function playRound(nodes: Nodes, options: RoundOptions): Promise<RoundReport> {
  const engine = await loadEngine(nodes.engine);
  const database = await onceWhole(nodes, nodes.openDatabase);
  const storages: readonly StorageAdapter[] = database.addresses.map(engine.openStorage);
  const tally = emptyTally();
  const begun: { readonly end: () => Promise<void> }[] = [];
  const ending = <One extends (typeof begun)[number]>(one: One): One => {
    begun.push(one);
    return one;
  };
  try {
    await storages[0]?.migrate();
    const beside = ending(await startBeside(engine, database.addresses, tally));
    const startRows = async () => {
      const [first] = await database.writable();
      return startPlainRows(engine.connect, database.urls, first as string);
    };
    const plain = ending(await onceWhole(nodes, startRows));
    const pulse = ending(startPulse(storages, `r${options.seed}`));
    return await playWith(nodes, options, { engine, database, storages, beside, plain, pulse, tally });
  } finally {
    await Promise.all(begun.map((one) => one.end()));
    await Promise.all(storages.map((storage) => storage.close()));
    await database.drop();
  }
}

async function playWith(nodes: Nodes, { seed, histories, faults, signal }: RoundOptions, work: Work) {
  const { storages, tally, pulse, plain } = work;
  const [over, failing] = [new AbortController(), new AbortController()];
  const callers = { storages, name: `r${seed}`, seed, atLeast: histories, tally };
  const until = { isOver: () => over.signal.aborted, signal: AbortSignal.any([signal, failing.signal]) };
  const playing = playOnNodes({ ...callers, ...until });
  const striking = strikeAll(nodes, faults, pulse, seed, signal).finally(() => over.abort());
  striking.catch(() => failing.abort());
  const played = await playing;
  const strikes = await striking;
  await pulse.end();
  await nodes.settle();
  await plain.end();
  tally.faults += strikes.length;
  const ofPulse = await settleUnknown(pulse.history(), patient(storages[0] as StorageAdapter));
  const told = [...played.histories, ofPulse].flatMap(toldIn);
  // A node may have to catch up with the last of the rows.
  const onNodes = await onceWhole(nodes, () => findingsOnNodes(work, told));
  const findings = [...played.findings, ...pulse.findings(), ...onNodes];
  const lost = await onceWhole(nodes, async () => {
    const [url] = await work.database.writable();
    return plain.lost(url as string);
  });
  const plainRows = { acknowledged: plain.acknowledged(), lost };
  return { tally, bookings: pulse.history().calls.filter(isBooked).length, strikes, findings, plainRows };
}

const mostTries = 3;

/** On a busy machine, a node may leave its cluster by itself while it is asked. It is asked again when it is back. */
async function onceWhole<T>({ settle }: Nodes, ask: () => Promise<T>): Promise<T> {
  for (let tries = 1; ; tries++) {
    await settle();
    try {
      return await ask();
    } catch (error) {
      if (tries === mostTries) throw error;
    }
  }
}

const isBooked = ({ name, outcome }: History["calls"][number]) => name === "book" && outcome.status === "done";
