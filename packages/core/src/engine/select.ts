import { limits } from "../model/limits.ts";
import { keyText, type RecordKey } from "../model/record.ts";
import type { Around, CommitOutcome } from "../storage/adapter.ts";
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

/**
 * The oldest whose records no other commit is writing. A commit that has to wait keeps later ones from its records.
 * Otherwise one that wants many would wait forever.
 */
export function selectCommits<Call extends CommitOfVersions>(
  queue: readonly Call[],
  inFlight: Pick<VersionsInFlight, "isUnderWay" | "outcomeOf">,
  batchSize: number,
): Selection<Call, CommitOutcome> {
  const wanted = new Set<string>();
  const batch: Call[] = [];
  const rest: Call[] = [];
  const lost: { readonly call: Call; readonly answer: CommitOutcome }[] = [];
  let records = 0;
  let isFull = false;
  for (const call of queue) {
    const answer = inFlight.outcomeOf(call);
    if (answer !== undefined) {
      lost.push({ call, answer });
      continue;
    }
    records += call.decided.put.length;
    isFull ||= batch.length === batchSize || (batch.length > 0 && records > mostRecords);
    const hasToWait = isFull || call.keys.some((key) => wanted.has(key) || inFlight.isUnderWay(key));
    if (!isFull) for (const key of call.keys) wanted.add(key);
    (hasToWait ? rest : batch).push(call);
  }
  return { batch, rest, lost };
}
