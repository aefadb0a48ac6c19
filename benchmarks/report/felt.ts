import type { EngineFacts } from "../arenas/arena.ts";
import { type ContenderName, newsWorkloads, type WorkloadName } from "../contenders/contender.ts";
import type { BenchmarkResult, ResultRow } from "../measuring/result.ts";
import { shortVersion } from "./chart.ts";
import { type Alignment, markdownTable } from "./markdown.ts";

const acts: readonly (readonly [WorkloadName, string])[] = [
  ["live-search", "a search, by live slots"],
  ["search-week", "a search, on the database"],
  ["own-slots", "a booking"],
  ["taken", "a refusal: the slot is taken"],
  ["news", "news of a booking, same process"],
  ["news-elsewhere", "news of a booking, another process, poll of 1 s"],
  ["news-elsewhere-100ms", "news of a booking, another process, poll of 100 ms"],
];

/** What comes first on the page: how long people wait, and how long they would wait for a plain application. */
export function feltChapter({ engines, rows, rounds, roundMs }: BenchmarkResult): string {
  const near = rows.filter(({ rttMs }) => rttMs === Math.min(...rows.map((row) => row.rttMs)));
  const tables = engines.map((facts) => feltTable(facts, near, roundMs));
  return ["## What a user feels", introduction, ...tables, fewness({ rounds, roundMs }), remarks].join("\n\n");
}

const introduction = `Milliseconds, as \`p50 / p99\`: half of the answers took no longer than the first, and all but one in a hundred no
longer than the second, if a round had a hundred answers. There is one caller, or 64 who ask again as soon as they have their
answer. Beside Slotwright is a plain application: it selects free slots from the database, books in a transaction that locks the
slot's row, and polls its audit table for news. Its statements are [further down](#the-plain-select).`;

/** What the mark says. */
const fewness = ({ rounds, roundMs }: Pick<BenchmarkResult, "rounds" | "roundMs">): string =>
  `${fewMark} A round of ${roundMs / 1000} s had fewer than a hundred answers, about as many as the mark says. The second figure is then that of the
slowest of them, as the median of ${rounds} rounds.`;

const fewMark = "†";

const remarks = `A search finds the first 100 free slots of 50 providers in a week. News counts from the answer to a booking until a
reader has the entry, at up to 500 bookings a second. A plain application could tell readers in its own process by an event after
each commit, and be as fast there. Other processes would still have to poll, and
[such a poll loses entries](#the-plain-poll).`;

function feltTable(facts: EngineFacts, rows: readonly ResultRow[], roundMs: number): string {
  const cell = (workload: WorkloadName, callers: number, contender: ContenderName) => {
    const isIt = (row: ResultRow) =>
      row.engine === facts.engine &&
      row.workload === workload &&
      row.callers === callers &&
      row.contender === contender;
    const row = rows.find(isIt);
    return row === undefined ? "" : `${shortMs(row.p50Ms)} / ${shortMs(row.p99Ms)}${fewIn(row, roundMs)}`;
  };
  const lines = acts.map(([workload, name]) => [
    name,
    ...[1, 64].flatMap((callers) => [cell(workload, callers, "slotwright"), cell(workload, callers, "lock-row")]),
  ]);
  const measured = lines.filter(([, ...cells]) => cells.some((one) => one !== ""));
  const head = [`${facts.title} ${shortVersion(facts)}`, "1 caller", "plain", "64 callers", "plain"];
  return markdownTable(head, measured, ["left", ...Array<Alignment>(4).fill("right")]);
}

/** Marks a row whose rounds had too few answers for a p99. News has five hundred bookings in each round. */
function fewIn({ workload, opsPerSecond }: ResultRow, roundMs: number): string {
  const answers = Math.round((opsPerSecond * roundMs) / 1000);
  const isNews = (newsWorkloads as readonly WorkloadName[]).includes(workload);
  return isNews || answers >= 100 ? "" : ` ${fewMark}${answers}`;
}

/** Three digits tell enough. */
const shortMs = (ms: number): string => String(Number(ms.toPrecision(3)));
