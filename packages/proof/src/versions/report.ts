import { readFile, writeFile } from "node:fs/promises";
import { bad, good } from "@slotwright/lab/terminal";
import { type ServerName, serverReleases } from "@slotwright/test-servers";

/** The contents of the report: the last run on each release. */
export interface VersionsReport {
  readonly versions: readonly VersionRun[];
}

export interface VersionRun {
  readonly engine: ServerName;
  /** As it is chosen, for example `15`. */
  readonly release: string;
  /** As the server tells it. */
  readonly version: string;
  readonly source: string;
  readonly startedAt: string;
  readonly seconds: number;
  /** Whether somebody ended it before all cases had run. */
  readonly isInterrupted: boolean;
  readonly passed: number;
  readonly failed: readonly FailedCase[];
  /** What `migrate()` says on a version that is too old, as it has to. */
  readonly refusal?: string;
  /** Why it could not be run. */
  readonly obstacle?: string;
}

export interface FailedCase {
  readonly key: string;
  readonly message: string;
}

export function conforms({ passed, failed, refusal, obstacle, isInterrupted }: VersionRun): boolean {
  return obstacle === undefined && failed.length === 0 && !isInterrupted && (passed > 0 || refusal !== undefined);
}

/** Takes the place of an earlier run on the same release. @throws Error if the file has something else in it */
export async function addVersion(file: string, run: VersionRun): Promise<void> {
  const isAnother = ({ engine, release }: VersionRun) => engine !== run.engine || release !== run.release;
  const place = ({ engine, release }: VersionRun) =>
    serverReleases.findIndex((one) => one.engine === engine && one.release === release);
  const versions = [...(await versionsIn(file)).filter(isAnother), run].sort((one, other) => place(one) - place(other));
  await writeFile(file, `${JSON.stringify({ versions }, undefined, 2)}\n`);
}

export async function versionsIn(file: string): Promise<readonly VersionRun[]> {
  const text = await readFile(file, "utf8").catch((error: NodeJS.ErrnoException) => {
    if (error.code !== "ENOENT") throw error;
    return "";
  });
  if (text === "") return [];
  const { versions } = JSON.parse(text) as Partial<VersionsReport>;
  if (!Array.isArray(versions)) {
    throw new Error(`${file} is not a report on versions. Choose another file with --report.`);
  }
  return versions;
}

export function printVersion(run: VersionRun): void {
  const { engine, version, source, seconds, passed, failed, refusal, obstacle, isInterrupted } = run;
  const counts = `${passed} cases passed, ${failed.length} failed, in ${seconds} s`;
  const end = isInterrupted ? ", interrupted" : "";
  const said = obstacle
    ? `It could not be run: ${obstacle}`
    : refusal
      ? `Refused, as it has to be: ${refusal}`
      : counts;
  const line = `${engine} ${version} (${source}): ${said}${end}`;
  console.log(conforms(run) ? good(line) : bad(line));
  for (const { key, message } of failed) console.log(bad(`  ${key}: ${message}`));
}
