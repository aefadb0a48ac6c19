import { newsWorkloads, type WorkloadName } from "../contenders/contender.ts";
import type { BenchmarkResult, ResultRow } from "../measuring/result.ts";
import { markdownTable } from "./markdown.ts";
import { ratioTo, rivalOf } from "./ratios.ts";

/** How many entries come to readers, and how many never do. */
export function feedChapter({ engines, rows }: BenchmarkResult): string {
  const lines = rows
    .filter(({ workload, contender }) => workload === "feed" && contender === "slotwright")
    .map((row) => {
      const title = engines.find(({ engine }) => engine === row.engine)?.title ?? row.engine;
      const figures = [row.opsPerSecond, rivalOf("lock-row", row, rows)?.opsPerSecond];
      const shown = figures.map((figure) => (figure === undefined ? "" : String(Math.round(figure))));
      return [title, String(row.callers), ...shown, ratioTo("lock-row", row, rows)?.toFixed(2) ?? ""];
    });
  if (lines.length === 0) return `${title}\n\nNot measured in this run.`;
  const head = ["engine", "readers", "Slotwright", "plain poll", "ratio"];
  const table = markdownTable(head, lines, ["left", "right", "right", "right", "right"]);
  return [title, introduction, table, ...losses({ engines, rows })].join("\n\n");
}

const title = "## The feed";

const introduction = `Entries a second that come to readers in one process, counted once for each reader. Slotwright reads them once for all
subscribers, and returns them as they are in the journal, with what changed; rows of the plain audit table have six small
columns, and each reader polls for itself.`;

/** Of how many bookings no news came. */
function losses({ engines, rows }: Pick<BenchmarkResult, "engines" | "rows">): readonly string[] {
  const isNews = ({ workload }: ResultRow) => (newsWorkloads as readonly WorkloadName[]).includes(workload);
  const news = rows.filter(isNews);
  if (news.length === 0) return [];
  const lost = (contender: string) =>
    engines.map(({ engine, title }) => {
      const own = news.filter((row) => row.engine === engine && row.contender === contender);
      return `${title} ${own.reduce((sum, { errors }) => sum + errors, 0)}`;
    });
  return [
    `Bookings of which no news came in this run, by the plain poll: ${lost("lock-row").join(", ")}; by Slotwright: ${lost("slotwright").join(", ")}.`,
  ];
}
