/**
 * Measures the handler over HTTP, on PostgreSQL, beside an Express application that does the least: `bench:http`. Callers and
 * readers are in this process, the server is in another. Exit status 0 if all is as fast as wanted.
 */
import { type ChildProcess, fork } from "node:child_process";
import { randomUUID } from "node:crypto";
import { once } from "node:events";
import { join } from "node:path";
import { postgresAdapter } from "@slotwright/adapter-postgres";
import { createEngine } from "@slotwright/core";
import { bad, good } from "@slotwright/lab/terminal";
import { startServer } from "@slotwright/test-servers";
import { Pool } from "pg";
import { type Caller, createCaller, openStreams } from "./caller.ts";
import { insertSql, plainTables, selectSql } from "./statements.ts";

const callers = 64;
const providers = Array.from({ length: 100 }, (_, index) => `dr-${index}`);
const rounds = 5;
const roundMs = 1_500;
const slotsOfProvider = 500;
const firstMs = Math.ceil(Date.now() / 86_400_000) * 86_400_000 + 86_400_000;
const dayMs = 86_400_000;

type Ports = Readonly<Record<"slotwright" | "plain", number>>;
type Work = (caller: Caller) => Promise<number>;

/** Publishes the slots, and copies what is on offer into the table of the plain application. */
async function furnish(url: string): Promise<readonly string[]> {
  const pool = new Pool({ connectionString: url, max: 4 });
  const storage = postgresAdapter({ pool });
  await storage.migrate();
  const engine = createEngine({ storage });
  const actor = { kind: "benchmark", id: "b" };
  const slots = Array.from({ length: slotsOfProvider }, (_, index) => {
    const start = new Date(firstMs + Math.floor(index / 16) * dayMs + (8 * 60 + (index % 16) * 30) * 60_000);
    return { start, end: new Date(start.getTime() + 1_800_000) };
  });
  const ids: string[][] = [];
  for (const providerId of providers) {
    const created = await engine.createSlots({ actor, providerId, facilityId: "north", slots });
    ids.push(created.slots.map(({ id }) => id));
  }
  for (const sql of plainTables) await pool.query(sql);
  await pool.query(
    `insert into plain_slots select id, provider_id, facility_id, to_timestamp(start_at / 1000.0),
     to_timestamp(end_at / 1000.0), status, version from slotwright_slots`,
  );
  await pool.query("vacuum analyze");
  await storage.close();
  await pool.end();
  // Neighbouring bookings are of different providers.
  return Array.from({ length: slotsOfProvider }, (_, at) => ids.map((own) => own[at] as string)).flat();
}

async function ratePerSecond(all: readonly Caller[], work: Work, wanted: number): Promise<number> {
  const began = performance.now();
  let done = 0;
  const isOver = () => performance.now() - began >= roundMs;
  const calling = async (caller: Caller) => {
    while (!isOver()) {
      const status = await work(caller);
      if (status !== wanted) throw new Error(`answered with ${status}`);
      done += 1;
    }
  };
  await Promise.all(all.map(calling));
  return (done / (performance.now() - began)) * 1000;
}

const median = (numbers: readonly number[]): number =>
  numbers.toSorted((one, other) => one - other)[Math.floor(numbers.length / 2)] ?? 0;

interface Sides {
  readonly own: Work;
  readonly plain: Work;
  readonly status: number;
}

/** Both in turns, after a round that does not count. */
async function compare(title: string, ports: Ports, { own, plain, status }: Sides, least: number): Promise<boolean> {
  const make = (port: number) => Promise.all(Array.from({ length: callers }, () => createCaller(port, "benchmark/b")));
  const [ours, theirs] = [await make(ports.slotwright), await make(ports.plain)];
  const rates: { readonly own: number; readonly plain: number }[] = [];
  for (let round = 0; round <= rounds; round++) {
    const rate = { plain: await ratePerSecond(theirs, plain, status), own: await ratePerSecond(ours, own, status) };
    if (round > 0) rates.push(rate);
  }
  for (const caller of [...ours, ...theirs]) caller.close();
  const ratios = rates.map((rate) => rate.own / rate.plain);
  const ratio = median(ratios);
  const [low, high] = [Math.min(...ratios), Math.max(...ratios)].map((number) => number.toFixed(2));
  const figures = `${Math.round(median(rates.map((rate) => rate.own)))} against ${Math.round(median(rates.map((rate) => rate.plain)))} a second`;
  const line = `${title}: ${ratio.toFixed(2)} (${low} to ${high}; ${figures}); wanted ${least}`;
  console.log(ratio >= least ? good(line) : bad(line));
  return ratio >= least;
}

/** From the request to the last of all streams. */
async function newsTo(count: number, ports: Ports, nextSlot: () => string, mostMs: number): Promise<boolean> {
  const streams = await openStreams(ports.slotwright, Array<string>(count).fill("/changes/stream"));
  const caller = await createCaller(ports.slotwright, "benchmark/b");
  const took: number[] = [];
  for (let round = 0; round < 21; round++) {
    const slotId = nextSlot();
    const heard = streams.map(
      ({ onText }) => new Promise<void>((resolve) => onText((text) => text.includes(slotId) && resolve())),
    );
    const began = performance.now();
    await caller.call("POST", "/appointments", { slotId, subjectId: "p" });
    await Promise.all(heard);
    if (round > 0) took.push(performance.now() - began);
    await new Promise((resolve) => setTimeout(resolve, 100));
  }
  for (const { socket } of streams) socket.destroy();
  caller.close();
  const [p50, most] = [median(took), Math.max(...took)];
  const line = `News to ${count} open streams, all of them: ${p50.toFixed(0)} ms (median), ${most.toFixed(0)} ms (most); wanted ${mostMs}`;
  console.log(most <= mostMs ? good(line) : bad(line));
  return most <= mostMs;
}

async function measure(url: string, ports: Ports, slotIds: readonly string[]): Promise<boolean> {
  let next = 0;
  const nextSlot = () => {
    const id = slotIds[next++];
    if (id === undefined) throw new Error("There are no slots left.");
    return id;
  };
  const streams = await openStreams(
    ports.slotwright,
    providers.map((providerId) => `/changes/stream?providerId=${providerId}`),
  );
  let heard = 0;
  for (const { onText } of streams)
    onText((text) => {
      heard += text.length;
    });
  const [from, to] = [new Date(firstMs).toISOString(), new Date(firstMs + 7 * dayMs).toISOString()];
  const searchOf =
    (path: string): Work =>
    (caller) => {
      const first = Math.floor(Math.random() * (providers.length - 5));
      const ids = providers.slice(first, first + 5).map((id) => `providerId=${id}`);
      return caller.call("GET", `${path}?${ids.join("&")}&from=${from}&to=${to}&limit=50`);
    };
  console.log(`${callers} callers, pools of 10, ${streams.length} open streams that each follow one provider.\n`);
  const bookings = await compare(
    "Bookings, to an insert of one row",
    ports,
    {
      own: (caller) => caller.call("POST", "/appointments", { slotId: nextSlot(), subjectId: "p" }),
      plain: (caller) => caller.call("POST", "/bookings", { id: randomUUID(), slotId: "s", subjectId: "p" }),
      status: 201,
    },
    0.6,
  );
  console.log(
    `  ${next} slots were booked, and ${(heard / 1e6).toFixed(1)} MB of news were read by the streams.\n  ${insertSql}`,
  );
  const searches = await compare(
    "Searches, to a select",
    ports,
    { own: searchOf("/open-slots"), plain: searchOf("/slots"), status: 200 },
    3,
  );
  console.log(`  ${selectSql.replaceAll("\n", "\n ")}`);
  for (const { socket } of streams) socket.destroy();
  const news = await newsTo(1_000, ports, nextSlot, 150);
  return bookings && searches && news && url !== "";
}

async function run(): Promise<boolean> {
  const server = await startServer("postgres");
  if (server === undefined) throw new Error("There is no PostgreSQL here.");
  const database = await server.createDatabase();
  let child: ChildProcess | undefined;
  try {
    const slotIds = await furnish(database.url);
    child = fork(join(import.meta.dirname, "server-process.ts"), [database.url]);
    const [ports] = (await once(child, "message")) as [Ports];
    return await measure(database.url, ports, slotIds);
  } finally {
    child?.kill();
    if (child !== undefined) await once(child, "exit");
    await database.drop();
    await server.stop();
  }
}

process.exitCode = (await run()) ? 0 : 1;
