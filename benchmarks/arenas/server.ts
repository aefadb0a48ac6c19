import type { StorageAdapter } from "@slotwright/core";
import type { ServerName, TestDatabase, TestServer } from "@slotwright/test-servers";
import type { Audience } from "../contenders/audience.ts";
import { type Contender, type ContenderName, contenderNames } from "../contenders/contender.ts";
import type { ListeningPost } from "../contenders/elsewhere.ts";
import { type FloorDriver, floor, floorWorkloads } from "../contenders/floor.ts";
import { type InProcess, inProcess, type Query } from "../contenders/in-process.ts";
import { type KyselyEngine, lockRowByKysely } from "../contenders/kysely.ts";
import { checkThenInsert, lockRow, pollingOn, type WithConnection } from "../contenders/plain-application.ts";
import { type PlainTypes, plainTables, plainTally } from "../contenders/plain-tables.ts";
import {
  policiesWorkloads,
  type Slotwright,
  slotwright,
  slotwrightTally,
  slotwrightUnseen,
  slotwrightWithPolicies,
  unseenWorkloads,
} from "../contenders/slotwright.ts";
import type { Arena, Conditions, Contest, EngineFacts, OpenAudience } from "./arena.ts";

/** Where a contender connects, and with how many connections at most. */
export interface Address {
  readonly url: string;
  readonly poolSize: number;
}

export interface Closing {
  readonly close: () => Promise<void>;
}

/** A contender that is a program of its own. */
export interface Program {
  readonly name: ContenderName;
  /** On a database with plain tables. */
  readonly open: (address: Address, query: Query, conditions: Conditions) => Contender;
}

/** What differs between the servers. */
export interface ServerParts {
  readonly engine: ServerName;
  readonly title: string;
  readonly plainTypes: PlainTypes;
  readonly connect: (url: string) => Promise<Closing & { readonly query: Query }>;
  readonly durability: (query: Query) => Promise<Pick<EngineFacts, "durability" | "isDurable">>;
  /** Makes room for connections if it is our own server, and resolves with how many there may be. */
  readonly connectionLimit: (query: Query, isOwn: boolean) => Promise<number>;
  readonly storage: (address: Address) => Closing & { readonly storage: StorageAdapter<never> };
  readonly plain: (address: Address) => Closing & { readonly lend: WithConnection };
  readonly kysely: (address: Address) => KyselyEngine;
  readonly floor: (address: Address) => Closing & { readonly driver: FloorDriver };
  readonly programs: (server: TestServer) => Promise<{
    readonly programs: readonly Program[];
    readonly notes: readonly string[];
  }>;
}

/** More connections than this only distract two processors from their work. */
const largestPool = 50;

/** Contenders on one server, each in a database of its own. */
export async function serverArena(server: TestServer, kind: ServerParts): Promise<Arena> {
  const { engine, title } = kind;
  const admin = await kind.connect(server.url);
  const limit = await kind.connectionLimit(admin.query, "process" in server);
  const { durability, isDurable } = await kind.durability(admin.query);
  await admin.close();
  const { programs, notes } = await kind.programs(server);
  // Some are left for observers.
  const poolLimit = Math.max(1, Math.min(largestPool, Math.floor((limit - 10) / contenderNames.length)));
  const { version, origin } = server;
  return {
    facts: { engine, title, version, origin, durability, isDurable, poolLimit },
    url: server.url,
    notes,
    open: (conditions) => openContest({ server, kind, programs, poolLimit }, conditions),
    close: () => server.stop(),
  };
}

interface Setting {
  readonly server: TestServer;
  readonly kind: ServerParts;
  readonly programs: readonly Program[];
  readonly poolLimit: number;
}

type Opening = (setting: Setting, opened: Opened, conditions: Conditions) => Promise<Contender>;

interface Opened {
  readonly address: Address;
  readonly query: Query;
}

async function openContest(setting: Setting, conditions: Conditions): Promise<Contest> {
  const closing: (() => Promise<void>)[] = [];
  const contenders: Contender[] = [];
  const close = async () => {
    for (const one of closing.reverse()) await one();
  };
  try {
    for (const [name, open] of openingsOf(setting)) {
      if (!conditions.names.includes(name)) continue;
      const database = await setting.server.createDatabase();
      closing.push(() => database.drop());
      const contender = await openOne(setting, database, conditions, open, closing);
      closing.push(contender.close);
      contenders.push(contender);
    }
    return { contenders, close };
  } catch (error) {
    await close();
    throw error;
  }
}

async function openOne(
  setting: Setting,
  { url }: TestDatabase,
  conditions: Conditions,
  open: Opening,
  closing: (() => Promise<void>)[],
): Promise<Contender> {
  const { query, close } = await setting.kind.connect(url);
  closing.push(close);
  const address = { url: conditions.reach(url), poolSize: Math.min(conditions.callers, setting.poolLimit) };
  return open(setting, { address, query }, conditions);
}

const openings: Readonly<Record<Exclude<ContenderName, "pgbench">, Opening>> = {
  slotwright: (setting, opened, conditions) =>
    openSlotwright(setting, opened, conditions, { name: "slotwright", slotwright }),
  "slotwright-unseen": (setting, opened, conditions) =>
    openSlotwright(setting, opened, conditions, {
      name: "slotwright-unseen",
      slotwright: slotwrightUnseen,
      workloads: unseenWorkloads,
    }),
  "slotwright-policies": (setting, opened, conditions) =>
    openSlotwright(setting, opened, conditions, {
      name: "slotwright-policies",
      slotwright: slotwrightWithPolicies,
      workloads: policiesWorkloads,
    }),
  "lock-row": (setting, opened, conditions) =>
    openPlain(setting, opened, conditions, { name: "lock-row", book: lockRow }),
  "lock-row-kysely": async ({ kind }, { address, query }, { scale }) => {
    await layOutPlain(kind, query);
    const application = lockRowByKysely(kind.kysely(address));
    const of = { name: "lock-row-kysely", application, tallySql: plainTally, close: application.close } as const;
    return inProcess(of, query, scale);
  },
  "check-then-insert": (setting, opened, conditions) =>
    openPlain(setting, opened, conditions, {
      name: "check-then-insert",
      book: checkThenInsert,
      workloads: ["own-slots", "hot-slot"],
    }),
  floor: async ({ kind }, { address, query }, { scale }) => {
    const { driver, close } = kind.floor(address);
    await driver.storage.migrate();
    const application = await floor(driver);
    const of = { name: "floor", application, workloads: floorWorkloads, tallySql: slotwrightTally, close } as const;
    return inProcess(of, query, scale);
  },
};

function openingsOf({ programs }: Setting): readonly (readonly [ContenderName, Opening])[] {
  const more = programs.map(({ name, open }) => {
    const opening: Opening = async ({ kind }, { address, query }, conditions) => {
      await layOutPlain(kind, query);
      return open(address, query, conditions);
    };
    return [name, opening] as const;
  });
  return [...(Object.entries(openings) as [ContenderName, Opening][]), ...more];
}

interface OnEngine extends Pick<InProcess, "name" | "workloads"> {
  readonly slotwright: (storage: StorageAdapter<never>) => Slotwright;
}

async function openSlotwright(
  { kind }: Setting,
  { address, query }: Opened,
  { scale }: Conditions,
  { slotwright, ...of }: OnEngine,
) {
  const { storage, close } = kind.storage(address);
  await storage.migrate();
  const application = slotwright(storage);
  const following = followingOf(kind, address, of.name, application.audience);
  const closeAll = async () => {
    application.close();
    await close();
  };
  return inProcess({ ...of, application, following, tallySql: slotwrightTally, close: closeAll }, query, scale);
}

interface Plain extends Pick<InProcess, "name" | "workloads"> {
  readonly book: typeof lockRow;
}

async function openPlain({ kind }: Setting, { address, query }: Opened, { scale }: Conditions, { book, ...of }: Plain) {
  await layOutPlain(kind, query);
  const { lend, close } = kind.plain(address);
  const following = followingOf(kind, address, of.name, pollingOn(lend));
  return inProcess({ ...of, application: book(lend), following, tallySql: plainTally, close }, query, scale);
}

function followingOf({ engine }: ServerParts, { url }: Address, contender: ContenderName, audience: Audience) {
  return { audience, post: { engine, contender, address: url } };
}

/** Readers in a process of their own. */
export function audienceOnServer(kind: ServerParts, { contender, address }: ListeningPost): OpenAudience {
  const own = { url: address, poolSize: 1 };
  if (contender !== "slotwright") {
    const { lend, close } = kind.plain(own);
    return { audience: pollingOn(lend), close };
  }
  const { storage, close } = kind.storage(own);
  return { audience: slotwright(storage).audience, close };
}

async function layOutPlain(kind: ServerParts, query: Query): Promise<void> {
  for (const statement of plainTables(kind.plainTypes)) await query(statement);
}
