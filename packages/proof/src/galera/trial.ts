import { setTimeout as pause } from "node:timers/promises";
import type { StorageAdapter } from "@slotwright/core";
import { loadEngine, type SqlConnection } from "@slotwright/lab/engines";
import { type EntryCounts, entriesIn, entryCounts } from "@slotwright/lab/feed-tally";
import type { OwnServer, TestCluster } from "@slotwright/test-servers";
import { call, type Diary, emptyDiary } from "./callers.ts";
import { changingReader, type ReaderResult } from "./reader.ts";

export interface TrialOptions {
  readonly seconds: number;
  /** For each node. */
  readonly callers: number;
  readonly readers: number;
}

export interface TrialResult {
  readonly kills: number;
  /** How often callers were told what. */
  readonly answers: ReadonlyMap<string, number>;
  /** In the journal of each node. */
  readonly entries: readonly number[];
  readonly reads: readonly ReaderResult[];
  /** What contradicts one another, or what callers were told. */
  readonly findings: readonly string[];
}

export function isSound({ reads, findings }: TrialResult): boolean {
  return findings.length === 0 && reads.every(({ flaws }) => Object.values(flaws).every((count) => count === 0));
}

const { openStorage, connect } = await loadEngine("mariadb");

export async function tryCluster(
  cluster: TestCluster,
  options: TrialOptions,
  interruption: AbortSignal,
): Promise<TrialResult> {
  const { urls } = await cluster.createDatabase();
  const storages = urls.map(openStorage);
  try {
    await storages[0]?.migrate();
    return await tryNodes(cluster.nodes, storages, urls, options, interruption);
  } finally {
    await Promise.all(storages.map((storage) => storage.close()));
  }
}

async function tryNodes(
  nodes: readonly OwnServer[],
  storages: readonly StorageAdapter<never>[],
  urls: readonly string[],
  { seconds, callers, readers: count }: TrialOptions,
  interruption: AbortSignal,
): Promise<TrialResult> {
  const diary = emptyDiary();
  const failing = new AbortController();
  const over = AbortSignal.any([AbortSignal.timeout(seconds * 1000), interruption, failing.signal]);
  const readers = Array.from({ length: count }, () => changingReader(storages));
  const names = Array.from({ length: callers }, (_, index) => `caller ${index}`);
  const work = [
    killNodes(nodes, over),
    ...readers.map((reader) => reader.follow(over)),
    ...storages.flatMap((storage, node) => names.map((name) => call(storage, `${name} of ${node}`, diary, over))),
  ];
  // The first that fails ends all others.
  for (const one of work) one.catch((error: unknown) => failing.abort(error));
  const [kills] = (await Promise.all(work)) as [number];
  const [journal, ...others] = await Promise.all(urls.map((url) => onNode(url, entryCounts)));
  const reads = await Promise.all(readers.map((reader) => reader.finish(journal as EntryCounts)));
  const entries = [journal as EntryCounts, ...others].map(entriesIn);
  const findings = [...differing(entries), ...lostIn(journal as EntryCounts, diary)];
  return { kills, answers: diary.answers, entries, reads, findings };
}

/** Kills a node every few seconds, and brings it back. Two of three are always there. */
async function killNodes(nodes: readonly OwnServer[], over: AbortSignal): Promise<number> {
  let kills = 0;
  const wait = (mostMs: number) => pause(Math.random() * mostMs, undefined, { signal: over }).catch(() => {});
  for (; ; kills += 1) {
    await wait(8_000);
    if (over.aborted) return kills;
    const node = nodes[Math.floor(Math.random() * nodes.length)] as OwnServer;
    await node.process.kill();
    await wait(3_000);
    await node.process.restart();
  }
}

/** On a connection that sees what all nodes have committed. */
async function onNode<T>(url: string, work: (connection: SqlConnection) => Promise<T>): Promise<T> {
  const connection = await connect(url);
  try {
    await connection.query("SET SESSION wsrep_sync_wait = 1");
    return await work(connection);
  } finally {
    await connection.close();
  }
}

function differing(entries: readonly number[]): readonly string[] {
  return new Set(entries).size === 1 ? [] : ["The nodes differ in how many entries they have."];
}

function lostIn(journal: EntryCounts, { acknowledged }: Diary): readonly string[] {
  const lost = [...acknowledged].filter((id) => !journal.has(`appointment ${id}`));
  return lost.map((id) => `The appointment ${id} was acknowledged, and is not in the journal.`);
}
