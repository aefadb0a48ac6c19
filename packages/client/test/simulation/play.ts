import { type Appointment, buffer, createEngine, type Engine, noOverlapOfSubject, type Slot } from "@slotwright/core";
import type { HostCommandName } from "@slotwright/core/client";
import type { Client, ListView, LiveQuery, ShownRecord, ShownSlot } from "../../src/index.ts";
import { type Act, type Acting, actingOf, slotCount, timesOf } from "./acts.ts";
import type { Database } from "./databases.ts";
import { foresee } from "./foresight.ts";
import { createMonitor, type Monitor } from "./monitor.ts";
import type { Step } from "./plans.ts";
import { createTestServer, type TestServer } from "./server.ts";
import { createVirtualTime, settled, startOfTime, type VirtualTime } from "./virtual-time.ts";

/** The product, or a flawed copy of it. */
export interface Product {
  readonly createClient: typeof import("../../src/index.ts").createClient;
  readonly memoryKeyValueStore: typeof import("../../src/index.ts").memoryKeyValueStore;
}

const ada = { kind: "patient", id: "ada" };
const ben = { kind: "provider", id: "ben" };
const hourMs = 3_600_000;
const [from, to] = [new Date(startOfTime), new Date(startOfTime + 400 * hourMs)];

interface Stage {
  readonly time: VirtualTime;
  readonly server: TestServer;
  readonly database: Database;
  readonly monitor: Monitor;
  readonly product: Product;
  readonly keys: ReturnType<Product["memoryKeyValueStore"]>;
  engine: Engine;
  client: Client;
  slots: LiveQuery<ListView<ShownRecord<ShownSlot>>>;
  appointments: ReturnType<Client["appointments"]>;
  slotIds: string[];
  holdToken: string;
  given: number;
  /** Whether the server has policies, of which the page knows nothing. */
  hasPolicies: boolean;
}

/** Plays a plan, and throws if somebody sees what they must not, or if the client does not end in the server's state. */
export async function play(steps: readonly Step[], product: Product, open: () => Promise<Database>): Promise<void> {
  const stage = await openStage(product, await open());
  try {
    for (const step of steps) await perform(stage, step);
    await heal(stage);
    await compare(stage);
  } finally {
    stage.client.close();
    await settled();
    await stage.database.close();
  }
}

async function openStage(product: Product, database: Database): Promise<Stage> {
  const time = createVirtualTime();
  const engine = engineOn({ database, time, hasPolicies: false });
  const times = Array.from({ length: slotCount }, (_, index) => timesOf(index));
  const created = await engine.createSlots({ actor: ben, providerId: "p", facilityId: "f", slots: times });
  const server = createTestServer(engine, ada);
  const monitor = createMonitor();
  server.onEffect = monitor.effect;
  server.onCommand = monitor.sent;
  const keys = product.memoryKeyValueStore();
  const client = clientOf(product, server, time, keys);
  const stage: Stage = {
    ...{ time, server, database, monitor, product, keys, engine, client },
    slots: client.slots({ from, to }),
    appointments: client.appointments({ from, to }),
    slotIds: created.slots.map(({ id }) => id),
    holdToken: "",
    given: 0,
    hasPolicies: false,
  };
  watch(stage);
  await settled(4);
  return stage;
}

/** Slots lie one after the other, so that a booking keeps others from those beside it. */
const policies = [buffer({ beforeMinutes: 0, afterMinutes: 10 }), noOverlapOfSubject()];

function engineOn({ database, time, hasPolicies }: Pick<Stage, "database" | "time" | "hasPolicies">): Engine {
  const clock = { now: () => new Date(time.now()), sleep: async () => {} };
  return createEngine({ storage: database.storage(), clock, policies: hasPolicies ? policies : [] });
}

function clientOf(product: Product, server: TestServer, time: VirtualTime, keys: Stage["keys"]): Client {
  const options = { url: "http://test", owner: "ada", fetch: server.fetch, environment: time.environment, keys };
  return product.createClient({ ...options, sharing: false });
}

function watch(stage: Stage): void {
  const { client, slots, appointments, monitor } = stage;
  const look = () => {
    // Before the lists were read, the screen says that there may be more.
    if (slots.get().isLoaded && appointments.get().isLoaded) {
      monitor.look([...slots.get().items, ...appointments.get().items]);
    }
  };
  for (const query of [slots, appointments]) query.subscribe(look);
  client.onOutcome((outcome) => {
    monitor.outcome(outcome, stage.client === client);
    if ("answer" in outcome && typeof outcome.answer.holdToken === "string") stage.holdToken = outcome.answer.holdToken;
  });
}

async function perform(stage: Stage, step: Step): Promise<void> {
  const { server, time } = stage;
  // Two holds are told apart by their ends, and two steps are never at the same millisecond.
  await time.advance(1, async () => {});
  if (step.kind === "give") {
    server.fates.unshift(step.fate);
    give(stage, step);
  }
  if (step.kind === "others") await others(stage, step);
  if (step.kind === "calm") await calm(stage, step);
  if (step.kind === "fate") server.fates.push(...step.fates);
  if (step.kind === "pump") await server.pump(step.most, step.cutAt);
  if (step.kind === "release") server.release(step.place);
  if (step.kind === "giveUp") giveUp(stage, step.place);
  if (step.kind === "rewind") server.rewind();
  if (step.kind === "cut") cut(stage, step.streams);
  if (step.kind === "wait") await time.advance(step.ms, () => settled(2));
  if ((step.kind === "reset" || step.kind === "reload") && step.isSlow) server.fates.splice(0, 9, "through", "late");
  if (step.kind === "reset") server.reset();
  if (step.kind === "restore") await restore(stage, step.to);
  if (step.kind === "save") stage.database.save();
  if (step.kind === "policies") changePolicies(stage);
  if (step.kind === "reload") reload(stage);
  if (step.settles) await settled();
}

function cut({ server }: Stage, streams: TestServer["streams"]): void {
  server.streams = streams;
  server.cut();
}

/** The database goes back to an earlier state, and the server starts again on it. */
async function restore(stage: Stage, to: number): Promise<void> {
  if (!stage.database.restore(to)) return;
  restart(stage);
  stage.server.reset();
  stage.monitor.lost();
}

function restart(stage: Stage): void {
  stage.engine = engineOn(stage);
  stage.server.replace(stage.engine);
}

/** The server starts again, with other policies. */
function changePolicies(stage: Stage): void {
  stage.hasPolicies = !stage.hasPolicies;
  restart(stage);
}

/** The page is loaded again: everything is gone but what was kept. */
function reload(stage: Stage): void {
  stage.client.close();
  stage.monitor.reloaded();
  stage.client = clientOf(stage.product, stage.server, stage.time, stage.keys);
  stage.slots = stage.client.slots({ from, to });
  stage.appointments = stage.client.appointments({ from, to });
  watch(stage);
}

/** Acts on what is seen: a person clicks on what the screen shows. */
function give(stage: Stage, act: Act): void {
  const acting = actingOf(act, stage, stage.appointments.get().items);
  if (acting !== undefined) command(stage, acting).catch(() => {});
}

function command(stage: Stage, { name, input }: Acting): Promise<object> {
  const tag = `c${stage.given++}`;
  stage.monitor.given(tag);
  const give = stage.client.commands[name as HostCommandName] as (given: object) => Promise<object>;
  return give({ ...input, reason: tag });
}

async function calm(stage: Stage, act: Act): Promise<void> {
  const shown = () => [...stage.slots.get().items, ...stage.appointments.get().items];
  await foresee({ ...stage, shown }, act, (acting) => command(stage, acting));
}

/** What a person gives up is gone from the screen at once, or it was answered already. */
function giveUp({ client, monitor }: Stage, place: number): void {
  const pending = client.pending.get();
  const key = pending[place % Math.max(pending.length, 1)]?.key;
  if (key !== undefined && client.giveUp(key)) monitor.takenBack(key, client.pending.get());
}

/** Somebody else acts, whatever the state: what cannot be done is refused. */
async function others(stage: Stage, act: Act): Promise<void> {
  const { engine } = stage;
  const { items } = await engine.listAppointments({ from, to });
  const acting = actingOf(act, stage, items);
  if (acting === undefined) return;
  const before = acting.name === "publishSlots" ? await slotIdsOf(engine) : [];
  const command = engine[acting.name] as (given: object) => Promise<object>;
  await command({ ...acting.input, actor: ben }).catch(() => {});
  if (acting.name === "publishSlots") notePublished(stage, before, await slotIdsOf(engine));
}

/** Some of what is published can be acted on, too. */
function notePublished({ monitor, slotIds }: Stage, before: readonly string[], after: readonly string[]): void {
  monitor.withdrawn(before.filter((id) => !after.includes(id)));
  const others = after.filter((id) => !slotIds.slice(0, slotCount).includes(id));
  slotIds.splice(slotCount, slotIds.length, ...others.slice(0, 2));
}

const slotIdsOf = async (engine: Engine): Promise<readonly string[]> =>
  (await engine.listSlots({ from, to, limit: 500 })).items.map(({ id }) => id);

/** The network gets well, and everything comes to its end. */
async function heal({ server, time, client }: Stage): Promise<void> {
  server.fates.length = 0;
  server.streams = "open";
  for (let round = 0; round < 12; round++) {
    server.release();
    await time.advance(10_000, () => settled(2));
    while ((await server.pump(50)) > 0) await settled();
    await settled();
    const isQuiet = client.pending.get().length === 0 && client.connection.get().state === "live";
    if (isQuiet && round > 1) return;
  }
}

async function compare(stage: Stage): Promise<void> {
  const { engine, client, monitor } = stage;
  if (client.pending.get().length > 0) throw new Error(`left pending: ${JSON.stringify(client.pending.get())}`);
  if (client.connection.get().state !== "live") throw new Error("the client is not live again");
  same("slots", stage.slots.get().items, (await engine.listSlots({ from, to, limit: 500 })).items);
  same("appointments", stage.appointments.get().items, (await engine.listAppointments({ from, to, limit: 500 })).items);
  await monitor.compare(engine);
}

function same(what: string, shown: readonly ShownRecord[], stored: readonly (Slot | Appointment)[]): void {
  const [one, other] = [shown.map(({ isPending: _, ...record }) => plain(record)), stored.map(plain)];
  if (JSON.stringify(one) === JSON.stringify(other)) return;
  throw new Error(`${what} differ.\nshown:  ${one.join("\n        ")}\nstored: ${other.join("\n        ")}`);
}

/** The fields in one order. A `Date` is not the text that JSON makes of it. */
const plain = (record: object): string =>
  JSON.stringify(
    Object.entries(record).sort(([a], [b]) => (a < b ? -1 : 1)),
    function (name, value) {
      const given = (this as Readonly<Record<string, unknown>>)[name];
      return given instanceof Date ? { date: value } : value;
    },
  );
