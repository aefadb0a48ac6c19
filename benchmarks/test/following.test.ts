import { setTimeout as pause } from "node:timers/promises";
import { type EngineName, engineNames } from "@slotwright/lab/engines";
import { testServer } from "@slotwright/test-servers/vitest";
import { describe, expect, it } from "vitest";
import { serverParts } from "../arenas/open.ts";
import type { NewEntries } from "../contenders/audience.ts";
import { openFeedDesk } from "../contenders/feed.ts";
import { createGate } from "../contenders/gate.ts";
import { sharedTimeMs } from "../contenders/listening.ts";
import { openNewsDesk, type StartListening } from "../contenders/news.ts";
import { pollingOn } from "../contenders/plain-application.ts";
import { plainTables } from "../contenders/plain-tables.ts";

const time = { start: new Date(0), end: new Date(900_000) };
const slots = ["one", "two", "three"].map((id) => ({ id, providerId: "dr-grey", ...time }));
const pace = { bookings: 3, overMs: 3, together: 1 };

describe("measuring how fast news comes", () => {
  const told =
    (...known: readonly string[]): StartListening =>
    async (_, tell) => {
      const timer = setInterval(() => tell({ slotIds: known, atMs: sharedTimeMs() }), 20);
      return { close: async () => clearInterval(timer) };
    };

  it("counts a booking of which no news came as an error", async () => {
    const desk = await openNewsDesk({ book: async () => true }, told("one", "three"), { pollMs: 10, pace });
    const { booked, latenciesMs, errors } = await desk.turn(slots, 1);
    await desk.close();
    expect({ booked, told: latenciesMs.length }).toEqual({ booked: 3, told: 2 });
    expect(errors).toEqual(["no news of a booking came within 520 ms"]);
  });

  it("counts from the answer to a booking, and waits for no news of one that was refused", async () => {
    const book = async ({ id }: { readonly id: string }) => id !== "two";
    const began = performance.now();
    const desk = await openNewsDesk({ book }, told("one", "three"), { pollMs: 1000, pace });
    const { booked, latenciesMs, errors } = await desk.turn(slots, 1);
    const elapsedMs = performance.now() - began;
    await desk.close();
    expect({ booked, told: latenciesMs.length, errors }).toEqual({ booked: 2, told: 2, errors: [] });
    expect(Math.max(...latenciesMs)).toBeLessThan(elapsedMs);
  });
});

describe("measuring the feed", () => {
  /** Gives as many entries as are written, and some more. */
  function deskWith(more: number) {
    const gate = createGate();
    let written = 0;
    let isWriting = false;
    async function* entries(): AsyncGenerator<NewEntries, undefined> {
      for (let given = 0; ; given = written) {
        await gate.pass();
        if (isWriting && written > 1) throw new Error("A reader read while entries were written.");
        while (given === written) await pause(1);
        yield { count: written - given + (written > 1 ? more : 0), bookedSlots: () => [] };
      }
    }
    const write = async (count: number) => {
      written += count;
      isWriting = true;
      await pause(20);
      isWriting = false;
    };
    return openFeedDesk({ gate, join: async () => entries() }, 2, { entries: 10, write });
  }

  it("lets readers wait until all is written, and counts entries once for each of them", async () => {
    const desk = deskWith(0);
    const { done, latenciesMs } = await desk.turn({ operations: 6 });
    expect({ done, took: latenciesMs.length }).toEqual({ done: 3 * 2 * 10, took: 6 });
  });

  it("fails if a reader is given more than was written", async () => {
    await expect(deskWith(1).turn({ operations: 2 })).rejects.toThrow("11 entries of 10");
  });
});

const servers = engineNames.filter((name): name is Exclude<EngineName, "sqlite"> => name !== "sqlite");
// Without the server, these tests are skipped, and say so. With CI=true, that is a failure instead.
const missing = new Set<EngineName>();
for (const engine of servers) if ((await testServer(engine)) === undefined) missing.add(engine);

describe.each(servers)("the plain poll on %s", (engine) => {
  it.skipIf(missing.has(engine))("loses a row that is committed after one with a higher id", async () => {
    const server = await testServer(engine);
    if (server === undefined) return;
    const kind = serverParts[engine];
    const database = await server.createDatabase();
    const admin = await kind.connect(database.url);
    for (const statement of plainTables(kind.plainTypes)) await admin.query(statement);
    const { lend, close } = kind.plain({ url: database.url, poolSize: 3 });
    const leaving = new AbortController();
    const reader = await pollingOn(lend).join({ pollMs: 10, signal: leaving.signal });
    const add = (action: string) => [["00000000-0000-7000-8000-000000000000", "bench", action, new Date()]];
    try {
      await lend(async (late) => {
        await late.transact("BEGIN");
        await late.insert("audit", add("late"));
        await lend((early) => early.insert("audit", add("early")));
        expect((await reader.next()).value?.count).toBe(1);
        await late.transact("COMMIT");
      });
      await lend((last) => last.insert("audit", add("last")));
      expect((await reader.next()).value?.count).toBe(1);
      const [row] = await admin.query("SELECT count(*) AS written FROM audit");
      expect(Number(row?.written)).toBe(3);
    } finally {
      leaving.abort();
      await reader.next();
      await close();
      await admin.close();
      await database.drop();
    }
  });
});
