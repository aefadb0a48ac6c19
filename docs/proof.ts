/**
 * Puts the committed reports of `prove` into docs/proof.md: `npx --yes pnpm@12 exec node docs/proof.ts`. A test holds them
 * together. After a run with `--report docs/proof/report.json`, the page tells of that run, and after one on clusters
 * with `--report docs/proof/clusters.json`, also of that one, and so does one on versions with
 * `--report docs/proof/versions.json`.
 */
import { readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import type { EngineName } from "../packages/lab/src/engines/index.ts";
import { clustersSummary } from "./proof-clusters.ts";
import { versionsSummary } from "./proof-versions.ts";
import { number, reportTable } from "./report-table.ts";

const page = join(import.meta.dirname, "proof.md");
const reportFile = join(import.meta.dirname, "proof", "report.json");

const titles: Readonly<Record<EngineName, string>> = {
  sqlite: "SQLite",
  postgres: "PostgreSQL",
  mysql: "MySQL",
  mariadb: "MariaDB",
};
const columns = {
  histories: "histories",
  commands: "commands",
  conflicts: "conflicts",
  retries: "retries",
  faults: "faults",
  unknown: "unknown outcomes",
  read: "entries read",
  handedOver: "handed over",
} as const;
type Count = keyof typeof columns;

interface Report {
  readonly seed: number;
  readonly startedAt: string;
  readonly seconds: number;
  readonly isInterrupted: boolean;
  readonly engines: readonly {
    readonly engine: EngineName;
    readonly origin: string;
    readonly tally: Readonly<Partial<Record<Count, number>>>;
    readonly steps: readonly {
      readonly name: string;
      readonly problems: readonly string[];
      readonly notes?: readonly string[];
    }[];
  }[];
}

function summaryOf({ seed, startedAt, seconds, isInterrupted, engines }: Report): string {
  const duration = seconds < 120 ? `${Math.round(seconds)} seconds` : `${Math.round(seconds / 60)} minutes`;
  const steps = engines.flatMap((one) => one.steps.map((step) => ({ ...step, engine: titles[one.engine] })));
  const wrong = steps.filter(({ problems }) => problems.length > 0);
  const found =
    wrong.length === 0
      ? "Nothing was found"
      : `Found: ${wrong.map(({ engine, name }) => `${name} on ${engine}`).join(", ")}`;
  const untried = steps.flatMap(({ engine, name, notes = [] }) =>
    notes.map((note) => `${engine}, \`${name}\`: ${note}`),
  );
  // A report that was made before something was counted has no column for it.
  const counts = (Object.keys(columns) as Count[]).filter((name) => engines.every(({ tally }) => name in tally));
  const end = isInterrupted ? " It was interrupted." : "";
  return [
    `The run of ${startedAt.slice(0, 10)}, seed ${seed}, took ${duration}.${end} ${found}:`,
    "",
    reportTable(
      ["engine", ...counts.map((name) => columns[name])],
      engines.map(({ engine, origin, tally }) => [
        `${titles[engine]} ${origin.split(/[- ]/)[0]}`,
        ...counts.map((name) => number(tally[name] ?? 0)),
      ]),
    ),
    ...untried.flatMap((line) => ["", line]),
  ].join("\n");
}

/** The page with a text between the markers that name a file. */
function filled(text: string, file: string, summary: string): string {
  const markers = [`<!-- docs/proof/${file} -->`, `<!-- /docs/proof/${file} -->`] as const;
  const [before, rest = ""] = text.split(markers[0]);
  const [, after] = rest.split(markers[1]);
  if (after === undefined) throw new Error(`docs/proof.md lacks ${markers.join(" or ")}.`);
  return `${before}${markers[0]}\n\n${summary}\n\n${markers[1]}${after}`;
}

/** The page with what the reports say between the markers. */
export function proofPage(): string {
  const report = JSON.parse(readFileSync(reportFile, "utf8")) as Report;
  const onEngines = filled(readFileSync(page, "utf8"), "report.json", summaryOf(report));
  const onClusters = filled(onEngines, "clusters.json", clustersSummary());
  return filled(onClusters, "versions.json", versionsSummary());
}

if (import.meta.main) writeFileSync(page, proofPage());
