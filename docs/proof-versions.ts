import { readFileSync } from "node:fs";
import { join } from "node:path";
import type { VersionRun, VersionsReport } from "../packages/proof/src/versions/report.ts";
import { reportTable } from "./report-table.ts";

const reportFile = join(import.meta.dirname, "proof", "versions.json");

const titles: Readonly<Record<VersionRun["engine"], string>> = {
  postgres: "PostgreSQL",
  mysql: "MySQL",
  mariadb: "MariaDB",
};

const nameOf = ({ engine, version }: VersionRun) => `${titles[engine]} ${version}`;

function rowOf(run: VersionRun): readonly string[] {
  const { source, passed, failed, seconds, startedAt, isInterrupted } = run;
  const end = isInterrupted ? ", interrupted" : "";
  return [nameOf(run), source, `${passed}`, `${failed.length}`, `${seconds} s${end}`, startedAt.slice(0, 10)];
}

/** What the last runs on each release of a server found, for the page. */
export function versionsSummary(): string {
  const { versions } = JSON.parse(readFileSync(reportFile, "utf8")) as VersionsReport;
  const suite = versions.filter(({ refusal, obstacle }) => refusal === undefined && obstacle === undefined);
  const found = suite.flatMap((run) => run.failed.map(({ key }) => `${key} on ${nameOf(run)}`));
  const refused = versions.filter(({ refusal }) => refusal !== undefined).map(nameOf);
  const missing = versions.flatMap((run) =>
    run.obstacle === undefined ? [] : [`${titles[run.engine]} ${run.release} could not be run: ${run.obstacle}`],
  );
  return [
    reportTable(["server", "from", "cases passed", "failed", "took", "on"], suite.map(rowOf)),
    ...(found.length > 0 ? [`Failed: ${found.join(", ")}.`] : []),
    ...(refused.length > 0
      ? [`\`migrate()\` refused ${refused.join(" and ")}, which are too old, and left nothing behind.`]
      : []),
    ...missing,
  ].join("\n\n");
}
