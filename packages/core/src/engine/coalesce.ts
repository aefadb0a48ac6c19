import { copyOf } from "../model/plain-json.ts";
import { keyText, type RecordKey, type StoredRecord } from "../model/record.ts";
import type { CallOptions, CommitOutcome, StorageAdapter } from "../storage/adapter.ts";
import { asSent, bounded, directStorage, type EngineStorage, type PendingTransition } from "./engine-storage.ts";
import { type Call, type CoalesceOptions, createLanes } from "./lanes.ts";

type Load = Call<LoadRequest, readonly (StoredRecord | undefined)[]>;
type Commit = Call<CommitRequest, CommitOutcome>;

/**
 * The storage with the loads and commits of many commands sent together: latency stays that of a round trip, and
 * throughput grows with load. Calls within a host's transaction go as they are.
 */
export function coalescingStorage(
  storage: StorageAdapter,
  options: CoalesceOptions,
  call: CallOptions = {},
): EngineStorage {
  const direct = directStorage(storage, call);
  if (options.batchSize === 1) return direct;
  const loads = createLoadLanes(direct, options);
  const commits = createCommitLanes(storage, options, call);
  return {
    ...direct,
    load: (keys, until) => loads.send({ keys, until }),
    commit: (pending, until) => commits.send(requestOf(pending, until)),
  };
}

interface LoadRequest {
  readonly keys: readonly RecordKey[];
  readonly until: number | undefined;
}

/** A batch waits for a connection as long as the most impatient of its calls does; the others may try again. */
function soonest(requests: readonly { readonly until: number | undefined }[]): number | undefined {
  let soonest: number | undefined;
  for (const { until } of requests) if (until !== undefined && !(until >= (soonest ?? until + 1))) soonest = until;
  return soonest;
}

function createLoadLanes(storage: Pick<EngineStorage, "load">, options: CoalesceOptions) {
  /** The oldest, and whoever wants the same records: callers that crowd around one are answered by one read. */
  function take(waiting: Load[]): readonly Load[] {
    const wanted = new Set<string>();
    let adding = 0;
    const end = waiting.findIndex(({ request }) => {
      const before = wanted.size;
      for (const key of request.keys) wanted.add(keyText(key));
      if (wanted.size > before) adding += 1;
      return adding > options.batchSize;
    });
    return waiting.splice(0, end === -1 ? waiting.length : end);
  }

  /** One load for the keys of all, each asked for once. */
  async function loadAll(requests: readonly LoadRequest[]) {
    const [only, ...others] = requests;
    if (only !== undefined && others.length === 0) return [await storage.load(only.keys, only.until)];
    const keys = new Map(requests.flatMap((request) => request.keys).map((key) => [keyText(key), key]));
    const loaded = await storage.load([...keys.values()], soonest(requests));
    const records = new Map([...keys.keys()].map((text, index) => [text, loaded[index]]));
    const given = new Set<string>();
    // What one caller does to its record must not show in another's.
    const ownRecord = (key: RecordKey) => {
      const text = keyText(key);
      const record = records.get(text);
      if (given.has(text)) return copyOf(record);
      given.add(text);
      return record;
    };
    return requests.map((request) => request.keys.map(ownRecord));
  }

  return createLanes({ options, take, run: loadAll });
}

/** Records that a batch of several commands writes at most: with all the metadata they may have, a quarter of a gigabyte. */
const mostRecords = 2_000;

/** A transition with the records that it rests on or writes, and its command. */
interface CommitRequest {
  readonly pending: PendingTransition;
  readonly keys: readonly string[];
  readonly until: number | undefined;
}

function createCommitLanes(storage: StorageAdapter, options: CoalesceOptions, call: CallOptions) {
  const underWay = new Set<string>();
  const overtaken = new Map<string, number>();
  const locked = new Set<string>();

  async function commitAll(requests: readonly CommitRequest[]): Promise<readonly CommitOutcome[]> {
    const outcomes = await storage.commit(
      requests.map(({ pending }) => asSent(pending)),
      bounded(call, soonest(requests)),
    );
    for (const [index, { pending }] of requests.entries()) noteOvertaken(pending, outcomes[index]);
    return outcomes;
  }

  /** What was written, and what others have written or locked: what one of us has found holds for all that wait with it. */
  function noteOvertaken({ put, expect }: PendingTransition, outcome: CommitOutcome | undefined): void {
    if (outcome?.status === "committed") for (const record of put) overtaken.set(keyText(record), record.version);
    if (outcome?.status === "busy") for (const key of outcome.keys) locked.add(keyText(key));
    if (outcome?.status !== "stale") return;
    const stale = new Set(outcome.keys.map(keyText));
    for (const { key, version } of expect) if (stale.has(keyText(key))) overtaken.set(keyText(key), version + 1);
  }

  /**
   * A command that waits with a version that was overtaken has lost already, and one that wants a row that is locked would find it
   * so: to ask the database would only say so, too.
   */
  function answerLosers(waiting: Commit[]): void {
    if (overtaken.size === 0 && locked.size === 0) return;
    const others = waiting.filter(({ request, resolve }) => {
      const outcome = knownOutcome(request.pending);
      if (outcome !== undefined) resolve(outcome);
      return outcome === undefined;
    });
    overtaken.clear();
    locked.clear();
    waiting.splice(0, waiting.length, ...others);
  }

  function knownOutcome({ expect }: PendingTransition): CommitOutcome | undefined {
    const stale = expect.filter(({ key, version }) => version < (overtaken.get(keyText(key)) ?? 0));
    if (stale.length > 0) return { status: "stale", keys: stale.map(({ key }) => key) };
    const busy = expect.filter(({ key }) => locked.has(keyText(key)));
    return busy.length > 0 ? { status: "busy", keys: busy.map(({ key }) => key) } : undefined;
  }

  /**
   * The oldest whose records nobody else is writing. One that has to wait keeps later ones from its records, or those
   * that want many would wait for ever.
   */
  function take(waiting: Commit[]): readonly Commit[] {
    answerLosers(waiting);
    const wanted = new Set(underWay);
    const batch: Commit[] = [];
    const kept: Commit[] = [];
    let records = 0;
    for (const call of waiting) {
      const { keys, pending } = call.request;
      records += pending.put.length;
      if (batch.length === options.batchSize || (batch.length > 0 && records > mostRecords)) break;
      const isFree = !keys.some((key) => wanted.has(key));
      for (const key of keys) wanted.add(key);
      (isFree ? batch : kept).push(call);
    }
    waiting.splice(0, batch.length + kept.length, ...kept);
    for (const { request } of batch) for (const key of request.keys) underWay.add(key);
    return batch;
  }

  function release(batch: readonly Commit[]): void {
    for (const { request } of batch) for (const key of request.keys) underWay.delete(key);
  }

  return createLanes({ options, take, run: commitAll, onAnswered: release });
}

function requestOf(pending: PendingTransition, until: number | undefined): CommitRequest {
  const { command, expect, put } = pending;
  // Rules name what they put in the order of what they expect. A key that is named twice does no harm.
  const alsoPut = put.filter(({ kind, id }, index) => expect[index]?.key.id !== id || expect[index].key.kind !== kind);
  return {
    pending,
    keys: [`command:${command.id}`, ...expect.map(({ key }) => keyText(key)), ...alsoPut.map(keyText)],
    until,
  };
}
