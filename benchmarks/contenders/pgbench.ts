import { execFile } from "node:child_process";
import { mkdtemp, readdir, readFile, rm, stat, writeFile } from "node:fs/promises";
import { tmpdir } from "node:os";
import { delimiter, join } from "node:path";
import { promisify } from "node:util";
import type { TestServer } from "@slotwright/test-servers";
import type { Address, Program } from "../arenas/server.ts";
import type { Contender, Turn } from "./contender.ts";
import { type Query, tallyOf } from "./in-process.ts";
import { plainTally } from "./plain-tables.ts";
import { callersPerHotSlot } from "./workloads.ts";

const execute = promisify(execFile);

/** pgbench if it is available: on the PATH, or beside the server's own programs. */
export async function pgbenchPrograms({ origin }: Pick<TestServer, "origin">): ReturnType<typeof programsIn> {
  return programsIn([...(process.env.PATH ?? "").split(delimiter), origin]);
}

async function programsIn(folders: readonly string[]): Promise<{
  readonly programs: readonly Program[];
  readonly notes: readonly string[];
}> {
  for (const folder of folders) {
    const program = join(folder, "pgbench");
    const version = await programVersion(program);
    if (version === undefined) continue;
    const notes = [`pgbench is that of ${version}.`];
    return { notes, programs: [{ name: "pgbench", open: (address, query) => pgbench(program, address, query) }] };
  }
  const reason = "it is neither on the PATH nor among the server's programs. Install PostgreSQL's client programs";
  return { programs: [], notes: [`pgbench was left out: ${reason} to have it measured.`] };
}

async function programVersion(program: string): Promise<string | undefined> {
  if (!(await stat(program).catch(() => undefined))?.isFile()) return undefined;
  const answer = await execute(program, ["--version"]).catch(() => undefined);
  return answer?.stdout.trim().replace(/^pgbench \(PostgreSQL\) (\S+).*/, "PostgreSQL $1");
}

/**
 * pgbench connects anew for each turn. Each client first runs transactions that prepare its statements and are not
 * counted.
 */
export const coldTransactions = 2;

/** The id of a slot from its number. pgbench counts, and does not have our ids. */
const idOf = (number: string) => `('00000000-0000-7000-8000-' || lpad((${number})::text, 12, '0'))::uuid`;

/** An appointment has its slot's number, in another range. */
const appointment = idOf(":number + 500000000000");

/** The lock-row transaction, statement by statement. A caller that finds the slot taken writes nothing. */
const script = `
\\set number :base + (:client_id / :group) * :slots + :done
\\set done :done + 1
BEGIN;
SELECT status = 'available' AS free, provider_id, facility_id, start_at, end_at FROM slots WHERE id = ${idOf(":number")} FOR UPDATE \\gset
\\if :free
INSERT INTO appointments (id, slot_id, subject_id, provider_id, facility_id, start_at, end_at, status, created_at)
  VALUES (${appointment}, ${idOf(":number")}, 'p-1', :provider_id, :facility_id, :start_at, :end_at, 'confirmed', now());
UPDATE slots SET status = 'booked', appointment_id = ${appointment}, updated_at = now()
  WHERE id = ${idOf(":number")};
INSERT INTO audit (slot_id, appointment_id, actor, action, at)
  VALUES (${idOf(":number")}, ${appointment}, 'bench', 'book', now());
\\endif
END;
`;

function pgbench(program: string, address: Address, query: Query): Contender {
  let published = 0;

  async function publish(count: number): Promise<number> {
    const first = published;
    published += count;
    await query("INSERT INTO providers (id) VALUES ('provider-0') ON CONFLICT DO NOTHING");
    await query(`INSERT INTO slots (id, provider_id, facility_id, start_at, end_at, status, updated_at)
      SELECT ${idOf("n")}, 'provider-0', 'north', '2027-01-04Z'::timestamptz + n * '15 min'::interval,
        '2027-01-04Z'::timestamptz + (n + 1) * '15 min'::interval, 'available', now()
      FROM generate_series(${first}, ${first + count - 1}) AS n`);
    return first;
  }

  return {
    name: "pgbench",
    workloads: ["own-slots", "hot-slot"],
    async turn(load) {
      const group = load.workload === "hot-slot" ? callersPerHotSlot : 1;
      const clients = Math.min(load.callers, address.poolSize);
      const each = Math.max(1, Math.round(load.operations / clients));
      const groups = Math.ceil(clients / group);
      const before = (await tallyOf(query, plainTally)).appointments;
      const base = await publish(groups * (each + coldTransactions));
      const ran = await run(program, address, { base, group, each, clients });
      const booked = (await tallyOf(query, plainTally)).appointments - before;
      return { ...ran, booked };
    },
    tally: () => tallyOf(query, plainTally),
    close: async () => {},
  };
}

interface PgbenchPlan {
  readonly base: number;
  readonly group: number;
  readonly each: number;
  readonly clients: number;
}

async function run(program: string, { url }: Address, plan: PgbenchPlan): Promise<Omit<Turn, "booked">> {
  const folder = await mkdtemp(join(tmpdir(), "slotwright-pgbench-"));
  try {
    await writeFile(join(folder, "script.sql"), script);
    const { stdout } = await execute(program, argumentsFor(plan), { cwd: folder, env: environmentFor(url) });
    const { elapsedMs, latenciesMs } = figuresOf(await transactionsIn(folder));
    const failed = Number(/failed transactions: (\d+)/.exec(stdout)?.[1] ?? 0);
    const errors = Array.from({ length: failed }, () => "pgbench reports that a transaction failed");
    return { elapsedMs, done: latenciesMs.length, latenciesMs, errors };
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
}

function argumentsFor({ base, group, each, clients }: PgbenchPlan): readonly string[] {
  const slots = each + coldTransactions;
  const variables = Object.entries({ base, group, slots, done: 0 }).flatMap(([name, value]) => [
    "-D",
    `${name}=${value}`,
  ]);
  const log = ["--log", "--log-prefix=log"];
  const size = [`--client=${clients}`, `--jobs=${Math.min(2, clients)}`, `--transactions=${slots}`];
  return ["--no-vacuum", "--protocol=prepared", "--file=script.sql", ...size, ...log, ...variables];
}

/** Not as arguments, which every user of the computer can read. */
function environmentFor(url: string): NodeJS.ProcessEnv {
  const { hostname, port, username, password, pathname } = new URL(url);
  return {
    ...process.env,
    PGHOST: hostname,
    PGPORT: port || "5432",
    PGUSER: decodeURIComponent(username),
    PGPASSWORD: decodeURIComponent(password),
    PGDATABASE: decodeURIComponent(pathname.slice(1)),
  };
}

interface Transaction {
  readonly client: string;
  readonly latencyMs: number;
  readonly endMs: number;
}

/**
 * Each line of the logs is a transaction: client, number, duration in microseconds, script, and the time in two parts.
 */
async function transactionsIn(folder: string): Promise<readonly Transaction[]> {
  const logs = (await readdir(folder)).filter((name) => name.startsWith("log"));
  const texts = await Promise.all(logs.map((name) => readFile(join(folder, name), "utf8")));
  const lines = texts.flatMap((text) => text.split("\n").filter((line) => line !== ""));
  return lines.map((line) => {
    const [client = "", , duration, , seconds, micros] = line.split(" ");
    return { client, latencyMs: Number(duration) / 1000, endMs: Number(seconds) * 1000 + Number(micros) / 1000 };
  });
}

/** Without those of a client that is not warm yet. */
function figuresOf(transactions: readonly Transaction[]): Pick<Turn, "elapsedMs" | "latenciesMs"> {
  const seen = new Map<string, number>();
  const counted = transactions.filter(({ client }) => {
    seen.set(client, (seen.get(client) ?? 0) + 1);
    return (seen.get(client) ?? 0) > coldTransactions;
  });
  const began = counted.reduce((first, { endMs, latencyMs }) => Math.min(first, endMs - latencyMs), Infinity);
  const ended = counted.reduce((last, { endMs }) => Math.max(last, endMs), 0);
  return { elapsedMs: ended - began, latenciesMs: counted.map(({ latencyMs }) => latencyMs) };
}
