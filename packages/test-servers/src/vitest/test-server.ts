import { inject } from "vitest";
import type { ServerName } from "../engine.ts";
import { connectServer } from "../server/connected.ts";
import type { TestServer } from "../test-server.ts";

declare module "vitest" {
  export interface ProvidedContext {
    /** How many of its random plays the suite for adapters plays: all of them with `--all`, and in CI. */
    readonly shareOfPlays: number;
    /** The address at which test files ask for a server. */
    readonly testServers: string;
  }
}

/**
 * The server of an engine that all test files of a run share. It needs the global set-up in the Vitest configuration.
 * Request it at the top of a test file, where starting may take a while, and skip the file's tests if it is
 * `undefined`:
 *
 * ```ts
 * const server = await testServer("postgres");
 * describe.skipIf(server === undefined)("…", () => { … });
 * ```
 *
 * Tests that pause, kill or restart a server start one of their own with `startOwnServer`.
 */
export async function testServer(engine: ServerName): Promise<TestServer | undefined> {
  const response = await fetch(`${inject("testServers")}/${engine}`);
  const body = await response.text();
  if (response.status === 404) return undefined;
  if (!response.ok) throw new Error(body);
  const { url, origin } = JSON.parse(body) as { url: string; origin: string };
  return connectServer(engine, url, origin);
}

/** Why a test is skipped if its server is not available. This never occurs in CI, which fails before. */
export function noServer(engine: ServerName): string {
  return `There is no ${engine} server on this computer, and none could be fetched.`;
}
