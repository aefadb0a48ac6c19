import type { JournalEntry } from "../model/journal.ts";
import { copyOf } from "../model/plain-json.ts";
import { keyText, type RecordKey } from "../model/record.ts";
import type { Decided } from "../rules/decision.ts";
import type { Around, CallOptions, CommitOutcome, StorageAdapter, Surveyed } from "../storage/adapter.ts";
import {
  bounded,
  type CommandIdentity,
  directStorage,
  type EngineStorage,
  type JournalQuery,
  type Proposed,
  type Settled,
  transitionOf,
} from "./engine-storage.ts";
import { type Call, type CoalesceOptions, createLanes } from "./lanes.ts";
import { fillBatch, selectCommits, selectJournals, selectLoads, type WaitingCommit } from "./select.ts";
import { withAgendas } from "./sight/with-agendas.ts";
import { createVersionsInFlight } from "./versions-in-flight.ts";

/**
 * The storage, with the loads and commits of many commands sent together. Latency stays that of a round trip, and
 * throughput grows with load. Calls within a host's transaction are passed on unchanged.
 */
export function coalescingStorage(
  storage: StorageAdapter,
  options: CoalesceOptions,
  call: CallOptions = {},
): EngineStorage {
  const direct = directStorage(storage, call);
  if (options.batchSize === 1) return direct;
  const loads = createLoadLanes(direct, options);
  const readJournal = journalReader(storage, options, call);
  const commits = createCommitLanes(storage, options, call);
  return {
    ...direct,
    load: (keys, until) =>
      new Promise((resolve, reject) => {
        const answer = ({ records }: Surveyed) => resolve(records);
        void loads.add({ keys, arounds: [], until, resolve: answer, reject });
      }),
    loadAround: (keys, arounds, until) =>
      new Promise((resolve, reject) => {
        void loads.add({ keys, arounds, until, resolve, reject });
      }),
    readJournal,
    commit: (command, proposed, until) =>
      new Promise((settle, reject) => {
        void commits.add(queuedCommit({ command, until, settle, reject }, proposed));
      }),
  };
}

interface QueuedLoad extends Call<Surveyed> {
  readonly keys: readonly RecordKey[];
  readonly arounds: readonly Around[];
  readonly until: number | undefined;
}

interface QueuedJournal extends Call<readonly JournalEntry[]> {
  readonly query: JournalQuery;
  readonly until: number | undefined;
}

interface AskedCommit {
  readonly command: CommandIdentity;
  readonly until: number | undefined;
  readonly settle: (settled: Settled) => void;
  readonly reject: (error: unknown) => void;
}

interface QueuedCommit extends Call<CommitOutcome>, WaitingCommit<QueuedCommit> {
  readonly command: CommandIdentity;
  readonly until: number | undefined;
  readonly decided: Decided<object>;
  /** The commands of its batch on whose agendas it rests. */
  readonly restsOn: readonly string[];
}

function queuedCommit(
  { settle, ...asked }: AskedCommit,
  { decided, agendas, readFrom, after }: Proposed,
  restsOn: readonly string[] = [],
): QueuedCommit {
  const whole = withAgendas(decided, agendas);
  return {
    ...asked,
    ...{ agendas, readFrom, restsOn },
    decided: whole,
    keys: keysOf(asked.command, whole),
    resolve: (outcome) => settle({ outcome, decided }),
    after({ left, agendas, restsOn }) {
      const next = after(left);
      return next && queuedCommit({ settle, ...asked }, { decided: next, agendas, readFrom, after }, restsOn);
    },
  };
}

/** What one caller does to its answer must not show in another's: each but the first to ask gets a copy. */
function ownCopies<Answer>(answerTo: (text: string) => Answer): (text: string) => Answer {
  const given = new Set<string>();
  return (text) => {
    const answer = answerTo(text);
    if (given.has(text)) return copyOf(answer);
    given.add(text);
    return answer;
  };
}

/** A batch waits for a connection as long as the most impatient of its calls. The others may try again. */
function soonest(batch: readonly { readonly until: number | undefined }[]): number | undefined {
  let soonest: number | undefined;
  for (const { until } of batch) if (until !== undefined && !(until >= (soonest ?? until + 1))) soonest = until;
  return soonest;
}

function createLoadLanes(storage: Pick<EngineStorage, "load" | "loadAround">, options: CoalesceOptions) {
  async function read(keys: readonly RecordKey[], arounds: readonly Around[], until: number | undefined) {
    if (arounds.length > 0) return storage.loadAround(keys, arounds, until);
    return { records: await storage.load(keys, until), around: [] };
  }

  /** One load for the keys of all calls, each key once. */
  async function loadAll(batch: readonly QueuedLoad[]): Promise<readonly Surveyed[]> {
    const [only, ...others] = batch;
    if (only !== undefined && others.length === 0) return [await read(only.keys, only.arounds, only.until)];
    const keys = new Map(batch.flatMap((load) => load.keys).map((key) => [keyText(key), key]));
    const arounds = batch.flatMap((load) => load.arounds);
    const loaded = await read([...keys.values()], arounds, soonest(batch));
    const records = new Map([...keys.keys()].map((text, index) => [text, loaded.records[index]]));
    const own = ownCopies((text) => records.get(text));
    let from = 0;
    return batch.map((load) => {
      const around = loaded.around.slice(from, from + load.arounds.length);
      from += load.arounds.length;
      return { records: load.keys.map((key) => own(keyText(key))), around };
    });
  }

  return createLanes({
    options,
    select: (queue: readonly QueuedLoad[]) => selectLoads(queue, options.batchSize),
    send: loadAll,
  });
}

/** A lone read goes by itself, which is a fifth cheaper than by a lane. What comes while it is under way goes together. */
function journalReader(storage: StorageAdapter, options: CoalesceOptions, call: CallOptions) {
  const direct = directStorage(storage, call);
  const lanes = createJournalLanes(storage, options, call);
  let isUnderWay = false;

  return async (query: JournalQuery, until?: number): Promise<readonly JournalEntry[]> => {
    if (isUnderWay) return new Promise((resolve, reject) => void lanes.add({ query, until, resolve, reject }));
    isUnderWay = true;
    try {
      return await direct.readJournal(query, until);
    } finally {
      isUnderWay = false;
    }
  };
}

function createJournalLanes(storage: StorageAdapter, options: CoalesceOptions, call: CallOptions) {
  /** One read for all calls, each page once. */
  async function readAll(batch: readonly QueuedJournal[]) {
    const pages = new Map(batch.map(({ query }) => [keyText(query.record), query]));
    const descending = batch[0]?.query.descending ?? false;
    const read = await storage.readJournals({ pages: [...pages.values()], descending }, bounded(call, soonest(batch)));
    const entriesOf = new Map([...pages.keys()].map((text, index) => [text, read[index] as readonly JournalEntry[]]));
    const own = ownCopies((text) => entriesOf.get(text));
    return batch.map(({ query: { record } }) => own(keyText(record)) as readonly JournalEntry[]);
  }

  return createLanes({
    options,
    select: (queue: readonly QueuedJournal[]) => selectJournals(queue, options.batchSize),
    send: readAll,
  });
}

function createCommitLanes(storage: StorageAdapter, options: CoalesceOptions, call: CallOptions) {
  const inFlight = createVersionsInFlight();

  function selectNext(queue: readonly QueuedCommit[]) {
    const selection = selectCommits(queue, inFlight, options.batchSize);
    inFlight.dropNotes();
    inFlight.begin(selection.batch);
    return selection;
  }

  async function commitAll(batch: readonly QueuedCommit[]): Promise<readonly CommitOutcome[]> {
    const transitions = batch.map(({ command, decided, restsOn }) => transitionOf(command, decided, restsOn));
    try {
      const outcomes = await storage.commit(transitions, bounded(call, soonest(batch)));
      for (const [index, commit] of batch.entries()) inFlight.note(commit, outcomes[index]);
      return outcomes;
    } catch (error) {
      inFlight.forgetAgendas();
      throw error;
    }
  }

  return createLanes({
    options,
    select: selectNext,
    isFull: (queue: readonly QueuedCommit[]) => fillBatch(queue, options.batchSize),
    send: commitAll,
    onAnswered: inFlight.end,
  });
}

function keysOf({ id }: CommandIdentity, { expect, put }: Decided<object>): readonly string[] {
  // Rules name what they put in the order of what they expect. A repeated key does no harm.
  const alsoPut = put.filter(({ kind, id }, index) => expect[index]?.key.id !== id || expect[index].key.kind !== kind);
  return [`command:${id}`, ...expect.map(({ key }) => keyText(key)), ...alsoPut.map(keyText)];
}
