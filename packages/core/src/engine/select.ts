import type { Agenda } from "../model/agenda.ts";
import { limits } from "../model/limits.ts";
import { keyOf, keyText, type RecordKey } from "../model/record.ts";
import type { Around, CommitOutcome } from "../storage/adapter.ts";
import type { JournalQuery } from "./engine-storage.ts";
import { type AfterOthers, createAgendaSteps } from "./sight/agenda-steps.ts";
import type { CommitOfVersions, VersionsInFlight } from "./versions-in-flight.ts";

/** What becomes of the calls in a queue. */
export interface Selection<Call, Answer> {
  /** Go out next, together. */
  readonly batch: readonly Call[];
  /** Keep waiting, in their order. An array of its own, which the caller may add to. */
  readonly rest: Call[];
  /** Have lost without being sent, each with its answer. */
  readonly lost: readonly { readonly call: Call; readonly answer: Answer }[];
}

/**
 * The oldest, and all that want the same records: one read answers callers that crowd around one record. One read looks
 * at a bounded number of places.
 */
export function selectLoads<Call extends { readonly keys: readonly RecordKey[]; readonly arounds?: readonly Around[] }>(
  queue: readonly Call[],
  batchSize: number,
): Selection<Call, never> {
  const wanted = new Set<string>();
  let adding = 0;
  let places = 0;
  const end = queue.findIndex(({ keys, arounds = [] }, index) => {
    const before = wanted.size;
    for (const key of keys) wanted.add(keyText(key));
    if (wanted.size > before || arounds.length > 0) adding += 1;
    places += arounds.length;
    return adding > batchSize || (index > 0 && places > limits.placesAround);
  });
  if (end === -1) return { batch: queue, rest: [], lost: [] };
  return { batch: queue.slice(0, end), rest: queue.slice(end), lost: [] };
}

/**
 * The oldest, and all that want the same pages. One read goes one way, and reads one page of each journal, so others
 * wait.
 */
export function selectJournals<Call extends { readonly query: JournalQuery }>(
  queue: readonly Call[],
  batchSize: number,
): Selection<Call, never> {
  const most = Math.min(batchSize, limits.journalPages);
  const wanted = new Map<string, string>();
  const batch: Call[] = [];
  const rest: Call[] = [];
  for (const call of queue) {
    const { record, afterVersion, limit, descending = false } = call.query;
    const page = `${descending} ${afterVersion} ${limit}`;
    const others = wanted.get(keyText(record));
    const goes = others === undefined ? goesAlong(call, queue[0]) && wanted.size < most : others === page;
    if (goes) wanted.set(keyText(record), page);
    (goes ? batch : rest).push(call);
  }
  return { batch, rest, lost: [] };
}

const goesAlong = (call: { readonly query: JournalQuery }, first: typeof call | undefined): boolean =>
  (call.query.descending ?? false) === (first?.query.descending ?? false);

/**
 * The most records that a batch of several commands writes. With the most metadata they take a quarter of a gigabyte.
 */
const mostRecords = 2_000;

/** Whether these make up a full batch: few that write many records do. */
export function fillBatch(queue: readonly Pick<CommitOfVersions, "decided">[], batchSize: number): boolean {
  if (queue.length >= batchSize) return true;
  let records = 0;
  for (const { decided } of queue) records += decided.put.length;
  return records > mostRecords;
}

/** A commit that waits. */
export interface WaitingCommit<Self> extends CommitOfVersions {
  readonly command: { readonly id: string };
  /** When the reading of what it rests on began, as `performance.now()` counts. */
  readonly readFrom: number;
  /** The same, decided on what others leave at its agendas. Undefined if that is not a yes. */
  readonly after: (others: Others) => Self | undefined;
}

/** What others of the engine have done at the agendas of a commit, or are about to do in the same batch. */
export interface Others extends AfterOthers {
  /** The commands of those in the batch. */
  readonly restsOn: readonly string[];
}

/**
 * The oldest whose records no other commit is writing. Those that rest on the same agenda go together, each decided on
 * what those before it leave. A commit that has to wait keeps later ones from its records. Otherwise one that wants many
 * would wait forever.
 */
export function selectCommits<Call extends WaitingCommit<Call>>(
  queue: readonly Call[],
  inFlight: Pick<VersionsInFlight, "isUnderWay" | "afterOurs" | "outcomeOf">,
  batchSize: number,
): Selection<Call, CommitOutcome> {
  const rest: Call[] = [];
  const lost: { readonly call: Call; readonly answer: CommitOutcome }[] = [];
  const chosen = createChosen<Call>();
  let records = 0;
  let isFull = false;
  for (const call of queue) {
    const ours = inFlight.afterOurs(call.agendas, call.readFrom);
    const answer = inFlight.outcomeOf(call, ours.agendas);
    if (answer !== undefined) {
      lost.push({ call, answer });
      continue;
    }
    records += call.decided.put.length;
    isFull ||= chosen.batch.length === batchSize || (chosen.batch.length > 0 && records > mostRecords);
    const isKept = ({ keys }: Call) => keys.some((key) => chosen.isWanted(key) || inFlight.isUnderWay(key));
    if (isFull || isKept(call)) {
      if (!isFull) chosen.keepFor(call);
      rest.push(call);
      continue;
    }
    const before = chosen.after(ours.agendas);
    const left = [...ours.left, ...before.left];
    const next = left.length > 0 ? call.after({ ...before, left }) : call;
    if (next !== undefined && before.isLast && !isKept(next)) chosen.add(next);
    // What it would be refused for may not come to be. If it has come to be, its caller has to see it.
    else if (before.left.length > 0 || next !== undefined) rest.push(call);
    else lost.push({ call, answer: { status: "stale", keys: call.agendas.map(keyOf) } });
  }
  return { batch: chosen.batch, rest, lost };
}

/** What comes before a commit that rests on no agenda. */
const alone = { agendas: [], left: [], isLast: true, restsOn: [] };

/** The commits that are chosen for a batch, one after the other. */
function createChosen<Call extends WaitingCommit<Call>>() {
  const batch: Call[] = [];
  const wanted = new Set<string>();
  const steps = createAgendaSteps();
  const last = new Map<string, { readonly version: number; readonly command: string }>();
  return {
    batch,
    /** Whether others have to leave it alone. An agenda of the batch can be shared. */
    isWanted: (key: string) => wanted.has(key),
    keepFor({ keys }: Call) {
      for (const key of keys) wanted.add(key);
    },
    add(call: Call) {
      const shared = new Set(call.agendas.map(keyText));
      for (const key of call.keys) if (!shared.has(key)) wanted.add(key);
      const command = call.command.id;
      for (const { id, version } of call.agendas) last.set(id, { version: version + 1, command });
      steps.note(call.decided.put);
      batch.push(call);
    },
    /** The agendas as the batch would leave them, and whether these lead there. */
    after(agendas: readonly Agenda[]) {
      if (agendas.length === 0) return alone;
      const after = steps.from(agendas);
      return {
        ...after,
        isLast: after.agendas.every(({ id, version }) => (last.get(id)?.version ?? version) === version),
        restsOn: [...new Set(agendas.flatMap(({ id }) => last.get(id)?.command ?? []))],
      };
    },
  };
}
