import { existsSync } from "node:fs";
import { rm } from "node:fs/promises";
import { dirname } from "node:path";
import { loadEngine } from "@slotwright/lab/engines";
import type { ServerName } from "@slotwright/test-servers";
import { testServer } from "@slotwright/test-servers/vitest";
import { describe, expect, it } from "vitest";
import { allHold, demo, verdictsIn } from "./demo/in-tests.ts";
import { whatCameOf } from "./demo/nodes.ts";
import { parseOptions } from "./demo/options.ts";
import { type How, type Run, runProgram } from "./run-program.ts";

const databaseIn = ({ output }: Run) => /Database: (.+)/.exec(output)?.[1] ?? "";

function expectSuccess(ended: Run): void {
  expect(ended.output).toContain("2 processes with 8 callers each race for 8 seats");
  expect(ended.output).toContain("progress: 7 of 7 seats booked");
  expect(ended.output).toMatch(/slot_booked +│ +\d+ │ The slot is taken/);
  expect(ended.output).toContain("late-asker asks for Sun 28 Mar 06:00: the appointment is scheduled.");
  expect(ended.output).toContain("accepts: the appointment is confirmed.");
  expect(ended.output).toContain('"scenario": "slot_booked"');
  expect(ended.output).toMatch(/booked > available │ patient p\d-c\d\d +│ Feels well again/);
  expect(ended.output).not.toContain("FAULT");
  expect(ended.output).toContain("All invariants hold.");
  expect(ended.status).toBe(0);
}

describe("the demo", () => {
  it("sells every seat once, among processes, and exits with status 0 and all invariants checked", async () => {
    const ended = await demo();
    expectSuccess(ended);
    expect(verdictsIn(ended)).toEqual(["file ok", ...allHold]);
    expect(existsSync(databaseIn(ended))).toBe(false);
  });

  it("says so if nothing was booked after a node was killed", () => {
    const [, next, longest] = whatCameOf({ at: 0, booked: 3 }, []);
    expect(next).toBe("No booking was made that was asked for after that.");
    expect(longest).toContain("0.00 s");
  });

  it("keeps the file with --keep, and says how to look at it", async () => {
    const ended = await demo("--keep");
    const file = databaseIn(ended);
    expect(existsSync(file)).toBe(true);
    expect(ended.output).toContain(`sqlite3 "${file}"`);
    await rm(dirname(file), { recursive: true });
  });

  it("explains its flags, and refuses wrong ones with status 2", async () => {
    expect(await demo("--help")).toMatchObject({ status: 0, output: expect.stringContaining("--processes N") });
    expect(await demo("--callers", "many")).toMatchObject({
      status: 2,
      output: expect.stringContaining('--callers must be a whole number from 4 to 500, not "many"'),
    });
    expect(await demo("--mysql", "--postgres")).toMatchObject({
      status: 2,
      output: expect.stringContaining("Choose one engine, not --postgres and --mysql"),
    });
    expect(() => parseOptions(["--galera", "--mysql"])).toThrow("--galera is a cluster of MariaDB: leave out --mysql");
  });
});

const names = ["postgres", "mysql", "mariadb"] as const;
// Without the server, these tests are skipped, and say so. With CI=true, that is a failure instead.
const servers = await Promise.all(names.map(async (engine) => ({ engine, server: await testServer(engine) })));

describe.each(servers)("the demo on $engine", ({ engine, server }) => {
  const { url = "", version = "" } = server ?? {};
  const variable = `SLOTWRIGHT_${engine.toUpperCase()}_URL`;
  const there = { environment: { [variable]: url } };
  const demoThere = (args: readonly string[], how: How = {}) =>
    runProgram("./demo/main.ts", [`--${engine}`, ...args], { ...there, ...how });
  const few = ["--processes", "1", "--callers", "4"] as const;

  it.skipIf(server === undefined)("shows the same as on SQLite, says where, and drops the database", async () => {
    const ended = await demoThere(["--processes", "2", "--callers", "8"]);
    expectSuccess(ended);
    expect(verdictsIn(ended)).toEqual(allHold);
    expect(ended.output).toContain(`${version} (${variable})`);
    expect(ended.output).not.toContain(new URL(url).password);
    expect(await isThere(engine, url, ended)).toBe(false);
  });

  it.skipIf(server === undefined)("notices that slots overlap once the guards are taken away", async () => {
    const ended = await demoThere([...few, "--break", "2"]);
    expect(ended.output).toMatch(/The guards in \w+ refused it \(.*no_overlap/);
    expect(verdictsIn(ended)).toContain("2 BROKEN");
    expect(ended.status).toBe(1);
  });

  it.skipIf(server === undefined)("notices a lost booking, and keeps the database with --keep", async () => {
    const ended = await demoThere([...few, "--break", "7", "--keep"]);
    expect(verdictsIn(ended)).toEqual([...allHold.slice(0, 6), "7 BROKEN"]);
    expect(ended.status).toBe(1);
    expect(ended.output).toMatch(/The database stays. To look at it: (psql|mysql|mariadb) /);
    expect(await isThere(engine, url, ended)).toBe(true);
    await drop(engine, url, ended);
  });

  it.skipIf(server === undefined)("drops the database when it is ended in the middle of the race", async () => {
    // Enough that the race is far from over when it first reports.
    const ended = await demoThere(["--processes", "2", "--callers", "300"], { endAt: "progress:" });
    expect(ended.output).toContain("SIGTERM came in between.");
    expect(ended.status).toBe(1);
    expect(await isThere(engine, url, ended)).toBe(false);
  });
});

/** Whether the database of this run still exists. The demo shows its URL without the password. */
async function isThere(engine: ServerName, serverUrl: string, ended: Run): Promise<boolean> {
  const url = new URL(serverUrl);
  url.pathname = new URL(databaseIn(ended)).pathname;
  const { connect } = await loadEngine(engine);
  const connection = await connect(url.href).catch(() => undefined);
  await connection?.close();
  return connection !== undefined;
}

async function drop(engine: ServerName, serverUrl: string, ended: Run): Promise<void> {
  const connection = await (await loadEngine(engine)).connect(serverUrl);
  await connection.query(`DROP DATABASE ${new URL(databaseIn(ended)).pathname.slice(1)}`);
  await connection.close();
}

// The other servers end in the same way, and this one is available wherever the project is installed.
describe("a server of the demo's own", () => {
  it.skipIf(servers[0]?.server === undefined)("ends with the demo, which says so", async () => {
    const environment = { SLOTWRIGHT_POSTGRES_URL: "" };
    const ended = await runProgram("./demo/main.ts", ["--postgres", "--processes", "1", "--callers", "4"], {
      environment,
    });
    expect(ended.output).toContain("All invariants hold.");
    expect(ended.output).toContain("The database is removed with its server.");
    expect(ended.status).toBe(0);
    const { connect } = await loadEngine("postgres");
    await expect(connect(databaseIn(ended))).rejects.toThrow("ECONNREFUSED");
  });
});
