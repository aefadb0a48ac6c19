import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { type Client, createClient } from "@slotwright/client";
import type { EngineName } from "@slotwright/lab/engines";
import { testServer } from "@slotwright/test-servers/vitest";
import type { Browser } from "playwright-core";
import { Temporal } from "temporal-polyfill";
import { afterAll, afterEach, beforeAll, expect } from "vitest";
import { type ClinicProcess, startClinicProcess } from "./clinic-process.ts";
import { createPages, type Pages } from "./pages.ts";
import { type ClinicProxy, proxyTo } from "./proxy.ts";
import { createSlots, type FreshSlots } from "./slots.ts";

/** An engine with databases to throw away. */
export interface Engine {
  readonly title: string;
  readonly name: EngineName;
  readonly createDatabase: () => Promise<Database>;
}

interface Database {
  /** A file, or a URL. */
  readonly name: string;
  readonly drop: () => Promise<void>;
}

export const sqlite: Engine = {
  title: "SQLite",
  name: "sqlite",
  async createDatabase() {
    const folder = await mkdtemp(join(tmpdir(), "slotwright-clinic-"));
    return { name: join(folder, "clinic.sqlite"), drop: () => rm(folder, { recursive: true, force: true }) };
  },
};

const titles = { postgres: "PostgreSQL", mysql: "MySQL", mariadb: "MariaDB" } as const;

/** Undefined where it cannot be had. That was said on stderr, or failed because of `CI=true`. */
async function engineOf(name: keyof typeof titles): Promise<Engine | undefined> {
  const server = await testServer(name);
  if (server === undefined) return undefined;
  const createDatabase = async () => {
    const { url, drop } = await server.createDatabase();
    return { name: url, drop };
  };
  return { title: titles[name], name, createDatabase };
}

/** SQLite, and PostgreSQL where it can be had. */
export async function bothEngines(): Promise<readonly Engine[]> {
  return [sqlite, (await engineOf("postgres")) ?? []].flat();
}

/** The same with `test --all` and in CI; in the short `test`, this one. */
export async function bothEnginesOr(inShort: "sqlite" | "postgres"): Promise<readonly Engine[]> {
  if (process.env.TESTS_LEAVE_OUT === undefined) return bothEngines();
  return [inShort === "sqlite" ? sqlite : await engineOn(inShort)];
}

/** For what depends little on the engine: each test runs on one, and all of them on each. SQLite where it cannot be had. */
export const engineOn = async (name: keyof typeof titles): Promise<Engine> => (await engineOf(name)) ?? sqlite;

/** A clinic with a proxy before it, for the tests of a describe block, and pages that look at it. */
export interface Bed extends Pages {
  readonly clinic: ClinicProcess;
  readonly proxy: ClinicProxy;
  /** The Monday of its first week. */
  readonly from: string;
  /** A new free time of Dr Osei. */
  readonly freshSlot: FreshSlots;
  /** The clinic as this person's program reaches it, not by way of the proxy. */
  readonly as: (person: string) => Client;
}

/** The next Monday but one: it is in the future, and in reach of the search for free times. */
export const monday = ((today) => today.add({ days: 15 - today.dayOfWeek }).toString())(
  Temporal.Now.plainDateISO("UTC"),
);

/**
 * Every test gets new pages, and fails if something was wrong on one of them that it has not allowed. The clinic stays, so
 * each test takes slots that no other has.
 *
 * @param options `breaks`: one booking is damaged by hand-written SQL.
 */
export function bedOf(
  engine: Engine,
  browser: Browser | undefined,
  from: string = monday,
  { breaks = false }: { readonly breaks?: boolean } = {},
): () => Bed {
  let made: Made | undefined;
  beforeAll(async () => {
    if (browser !== undefined) made = await makeBed(engine, browser, from, breaks);
  });
  afterEach(async ({ task }) => {
    made?.bed.proxy.heal();
    const troubles = await made?.bed.closeAll(task.result?.state === "fail" ? task.name : undefined);
    expect(troubles ?? []).toEqual([]);
  });
  afterAll(async () => void (await made?.end()));
  return () => {
    if (made === undefined) throw new Error("There is no bed outside of a test.");
    return made.bed;
  };
}

interface Made {
  readonly bed: Bed;
  readonly end: () => Promise<void>;
}

async function makeBed(engine: Engine, browser: Browser, from: string, breaks: boolean): Promise<Made> {
  const database = await engine.createDatabase();
  const clinic = await startClinicProcess({ engine: engine.name, database: database.name, from, breaks });
  const proxy = await proxyTo(clinic.url);
  const clients = new Map<string, Client>();
  const as = (person: string): Client => {
    const known = clients.get(person) ?? clientOf(clinic.url, person);
    clients.set(person, known);
    return known;
  };
  return {
    bed: { clinic, proxy, from, as, freshSlot: createSlots({ as, from }), ...createPages(browser, proxy.url) },
    async end() {
      for (const client of clients.values()) client.close();
      await proxy.close();
      await clinic.stop();
      await database.drop();
    },
  };
}

function clientOf(url: string, owner: string): Client {
  return createClient({ url: `${url}/api`, owner, headers: { "x-clinic-person": owner }, sharing: false });
}
