import { type ConformanceCase, conformanceCases, runConformanceCase } from "@slotwright/conformance";
import { createProgress, heading } from "@slotwright/lab/terminal";
import { type OwnServer, type ServerRelease, serverReleases, startRelease } from "@slotwright/test-servers";
import type { ProofOptions } from "../options.ts";
import { isTooOld } from "./oldest.ts";
import { refusalOn } from "./refusal.ts";
import type { FailedCase, VersionRun } from "./report.ts";
import { type Stores, storesOn } from "./stores.ts";

/** The releases of the chosen servers, oldest first. */
export function releasesFor({ engines, release }: Pick<ProofOptions, "engines" | "release">): readonly ServerRelease[] {
  const isChosen = (one: string) => release === undefined || one === release || one.startsWith(`${release}.`);
  return serverReleases.filter((one) => engines.includes(one.engine) && isChosen(one.release));
}

/** Runs the suite on each release, or finds that it is refused, one after another. */
export async function* proveVersions(options: ProofOptions, signal: AbortSignal): AsyncGenerator<VersionRun> {
  for (const release of releasesFor(options)) {
    if (signal.aborted) return;
    console.log(heading(`${release.engine} ${release.release}: ${release.source}`));
    yield await proveRelease(release, conformanceCases, signal);
  }
}

export async function proveRelease(
  release: ServerRelease,
  cases: readonly ConformanceCase[],
  signal: AbortSignal,
): Promise<VersionRun> {
  const startedAt = new Date();
  const result = await resultOn(release, cases, signal).catch((error: unknown) => ({
    version: release.release,
    passed: 0,
    failed: [],
    obstacle: textOf(error),
  }));
  const { engine, release: name, source } = release;
  const seconds = Math.round((Date.now() - startedAt.getTime()) / 1000);
  const isInterrupted = signal.aborted;
  return { engine, release: name, source, startedAt: startedAt.toISOString(), seconds, isInterrupted, ...result };
}

type Result = Pick<VersionRun, "version" | "passed" | "failed" | "refusal" | "obstacle">;

async function resultOn(
  release: ServerRelease,
  cases: readonly ConformanceCase[],
  signal: AbortSignal,
): Promise<Result> {
  const server = await startRelease(release);
  // The server says more than its number: where it was built.
  const version = server.version.replace(/[- ].*/, "");
  try {
    if (isTooOld(server.engine, version)) {
      return { version, passed: 0, failed: [], refusal: await refusalOn(server) };
    }
    return { version, ...(await runSuite(server, cases, signal)) };
  } finally {
    await server.stop();
  }
}

async function runSuite(server: OwnServer, cases: readonly ConformanceCase[], signal: AbortSignal) {
  const stores = await storesOn(server);
  const progress = createProgress(cases.length);
  const failed: FailedCase[] = [];
  let passed = 0;
  for (const one of cases) {
    if (signal.aborted) break;
    progress.update(passed + failed.length, `${passed} cases passed, ${failed.length} failed: ${one.key}`);
    const message = await failureOf(one, stores);
    if (message === undefined) passed += 1;
    else failed.push({ key: one.key, message });
  }
  progress.finish(passed + failed.length, `${passed} cases passed, ${failed.length} failed`);
  await stores.close();
  return { passed, failed };
}

/** A case that waits for ever has failed, too. */
const longestMs = 120_000;

async function failureOf(one: ConformanceCase, { open, propertyRuns }: Stores): Promise<string | undefined> {
  let timer: ReturnType<typeof setTimeout> | undefined;
  const hung = new Promise<string>((resolve) => {
    timer = setTimeout(() => resolve(`It did not end within ${longestMs / 1000} s.`), longestMs);
  });
  const ended = runConformanceCase(one, { name: one.key, open, ...(propertyRuns && { propertyRuns }) }).then(
    () => undefined,
    textOf,
  );
  return Promise.race([ended, hung]).finally(() => clearTimeout(timer));
}

function textOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
