import { setTimeout as wait } from "node:timers/promises";
import { sampleInstant as at, describeConformance } from "@slotwright/conformance";
import { createEngine, type Engine } from "@slotwright/core";
import { type OwnServer, startPgBouncer } from "@slotwright/test-servers";
import { testServer } from "@slotwright/test-servers/vitest";
import { Pool } from "pg";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { type PostgresAdapterOptions, postgresAdapter } from "../src/index.ts";
import { lendStores, withClient } from "./postgres-harness.ts";

const server = await testServer("postgres");

/** So few server sessions that each of them serves all clients in turn. */
const crowded = { default_pool_size: "6", query_wait_timeout: "5", server_login_retry: "1" };

async function startPooler(settings: Readonly<Record<string, string>>): Promise<OwnServer | undefined> {
  const pooler = server && (await startPgBouncer(server.url, { settings: { ...crowded, ...settings } }));
  afterAll(() => pooler?.stop());
  return pooler;
}

const keeping = await startPooler({});
const forgetting = await startPooler({ max_prepared_statements: "0" });

const actor = { kind: "patient", id: "p" } as const;
const keys = [{ kind: "slot", id: "none" }] as const;

/** Those that hang on sessions, if any do: concurrent commits, transactions of hosts, feeds and relays. */
const chosen =
  /^(races\.(one-slot|same-key|creators|feed)|contract\.(within-|relay-race|feed)|transaction\.(commit|rollback|collide)|relay\.one-at-a-time|live\.follows|booking\.lists)/;

const chosenOnly = (name: string, body: () => Promise<void>): void => {
  if (chosen.test(name.split(":")[0] as string)) it(name, body);
};

describe.each([
  ["which keeps prepared statements", keeping, {}],
  ["which keeps none, with preparedStatements: false", forgetting, { preparedStatements: false }],
] satisfies [string, OwnServer | undefined, Partial<PostgresAdapterOptions>][])(
  "behind PgBouncer in transaction mode, %s",
  (_how, found, preparing) => {
    describe.skipIf(found === undefined)("the adapter", () => {
      const pooler = found as OwnServer;
      let database: Awaited<ReturnType<OwnServer["createDatabase"]>>;
      let stores: ReturnType<typeof lendStores>;
      beforeAll(async () => {
        database = await pooler.createDatabase();
        stores = lendStores(database.url, preparing);
      });
      afterAll(async () => {
        await stores.end();
        await database.drop();
      });
      const open = () => postgresAdapter({ connectionString: database.url, ...preparing });

      it("is lent the sessions of others, and what they have set in them", async () => {
        await withClient(database.url, (other) => other.query("set statement_timeout = '77s'"));
        const { rows } = await withClient(database.url, (client) => client.query("show statement_timeout"));
        expect(rows).toEqual([{ statement_timeout: "77s" }]);
      });

      describeConformance(
        { describe, it: chosenOnly },
        { name: "postgresAdapter", open: () => stores.open(), propertyRuns: 10 },
      );

      it("migrates an empty database once, however many do so at once", async () => {
        const storages = Array.from({ length: 4 }, open);
        const reports = await Promise.all(storages.map((storage) => storage.migrate()));
        expect(reports.flatMap(({ applied }) => applied)).toEqual(["initial"]);
        await Promise.all(storages.map((storage) => storage.close()));
      });

      it("books each slot once, whatever others have set in the sessions, and when the pooler is killed in the midst", async () => {
        const storages = Array.from({ length: 3 }, open);
        const engines = storages.map((storage) => createEngine({ storage }));
        const slots = Array.from({ length: 30 }, (_, index) => ({ start: at(index * 15), end: at(index * 15 + 15) }));
        const created = await engines[0]?.createSlots({ actor, providerId: "p", facilityId: "f", slots });
        const slotIds = created?.slots.map(({ id }) => id) ?? [];
        await spoilSessions(database.url);
        const answers = await Promise.all(
          slotIds.flatMap((slotId, index) =>
            engines.map(async (engine, caller) => {
              if (index === 15 && caller === 0) await pooler.process.kill().then(pooler.process.restart);
              return answerTo(engine, {
                actor,
                slotId,
                subjectId: `s${caller}`,
                idempotencyKey: `${slotId} ${caller}`,
              });
            }),
          ),
        );
        expect(answers.filter((answer) => answer === "booked")).toHaveLength(slotIds.length);
        expect(new Set(answers)).toEqual(new Set(["booked", "slot_booked"]));
        const { items } = (await engines[1]?.listSlots({ providerIds: ["p"], statuses: ["booked"], limit: 100 })) ?? {
          items: [],
        };
        expect(items.map(({ id }) => id).sort()).toEqual(slotIds.toSorted());
        await Promise.all(storages.map((storage) => storage.close()));
      });
    });
  },
);

/** Repeats a booking with its key until it is answered. */
async function answerTo(engine: Engine, booking: Parameters<Engine["book"]>[0]): Promise<string> {
  for (;;) {
    const answer = await engine.book(booking).then(
      () => "booked",
      ({ code }: { readonly code: string }) => code,
    );
    if (!/^storage_|^outcome_unknown$/.test(answer)) return answer;
    await wait(20);
  }
}

/** As hosts do that mean their own session. It is lent to others afterwards. */
async function spoilSessions(url: string): Promise<void> {
  const pool = new Pool({ connectionString: url, max: 6 });
  const clients = await Promise.all(Array.from({ length: 6 }, () => pool.connect()));
  // While a transaction is open, the session is lent to nobody else, so each of them gets one of its own.
  await Promise.all(clients.map((client) => client.query("begin")));
  const settings = [
    "default_transaction_isolation = serializable",
    "client_min_messages = error",
    "synchronous_commit = off",
  ];
  for (const client of clients) {
    for (const setting of settings) await client.query(`set ${setting}`);
    await client.query("commit");
    client.release();
  }
  await pool.end();
}

describe.skipIf(keeping === undefined)("PgBouncer's own errors", () => {
  const load = async (change: (url: URL) => void, options: Partial<PostgresAdapterOptions> = {}) => {
    const url = new URL((options.preparedStatements === undefined ? keeping : forgetting)?.url ?? "");
    change(url);
    const storage = postgresAdapter({ connectionString: url.href, ...options } as PostgresAdapterOptions);
    return storage.load(keys).finally(() => storage.close());
  };

  it("of a role that it does not let in are no reason to try again", async () => {
    const refused = { failure: "unavailable", message: expect.stringContaining("did not accept the credentials") };
    await expect(load((url) => (url.username = "nobody_at_all"))).rejects.toMatchObject(refused);
    await expect(load((url) => (url.password = "wrong"))).rejects.toMatchObject(refused);
  });

  it("of a setting that it does not pass on say what to do instead", async () => {
    const message = expect.stringMatching(/did not accept a setting .*statement_timeout.* ALTER ROLE/);
    const loaded = load((url) => (url.search = "?statement_timeout=5000"));
    await expect(loaded).rejects.toMatchObject({ failure: "unavailable", message });
  });

  it("of a statement that another client has prepared name the option, if it keeps none", async () => {
    const adapters = Array.from({ length: 9 }, () => postgresAdapter({ connectionString: forgetting?.url ?? "" }));
    const all = await Promise.allSettled(adapters.map((storage) => storage.load(keys)));
    const messages = all.map((one) => (one.status === "rejected" ? String(one.reason.message) : ""));
    expect(messages.join()).toContain("preparedStatements: false");
    await Promise.all(adapters.map((storage) => storage.close()));
  });
});
