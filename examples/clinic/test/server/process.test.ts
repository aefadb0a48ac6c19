import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { existsSync } from "node:fs";
import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { testServer } from "@slotwright/test-servers/vitest";
import { describe, expect, it, onTestFinished } from "vitest";

interface Process {
  readonly child: ChildProcess;
  readonly output: () => string;
  /** Resolves with the exit status. */
  readonly ended: Promise<number | null>;
}

function start(...args: readonly string[]): Process {
  const child = spawn(process.execPath, [join(import.meta.dirname, "../../main.ts"), ...args], { stdio: "pipe" });
  onTestFinished(() => void child.kill("SIGKILL"));
  let output = "";
  for (const stream of [child.stdout, child.stderr]) stream.on("data", (bytes) => (output += bytes));
  return { child, output: () => output, ended: once(child, "close").then(([status]) => status as number | null) };
}

/** Resolves with the address once the clinic is open. */
async function addressOf({ output }: Process): Promise<string> {
  await expect.poll(output, { timeout: 60_000, interval: 20 }).toContain("Ctrl-C closes the clinic.");
  return /http:\/\/127\.0\.0\.1:\d+/.exec(output())?.[0] ?? "";
}

async function closed(running: Process, signal: NodeJS.Signals = "SIGINT"): Promise<number | null> {
  running.child.kill(signal);
  return running.ended;
}

async function newFile(): Promise<string> {
  const folder = await mkdtemp(join(tmpdir(), "slotwright-clinic-"));
  onTestFinished(() => rm(folder, { recursive: true, force: true }));
  return join(folder, "clinic.sqlite");
}

const staff = { headers: { "X-Clinic-Person": "dr-osei", "Content-Type": "application/json" } };
const week = "from=2027-02-01T00:00:00Z&to=2027-02-22T00:00:00Z&limit=500";

// biome-ignore lint/suspicious/noExplicitAny: tests look into bodies of every shape
async function ask(url: string, path: string, init: RequestInit = {}): Promise<any> {
  return (await fetch(url + path, { ...staff, ...init })).json();
}

describe("the clinic as a process", () => {
  it("says where it is, what to try and what stays, ends its streams at Ctrl-C, and goes on where it was", async () => {
    const file = await newFile();
    const first = start("--sqlite", file, "--port", "0", "--from", "2027-02-01");
    const url = await addressOf(first);
    const words = [`${url}/?as=ada-brandt`, `${url}/?as=dr-osei`, `in the file ${file}. It stays. To begin anew`];
    for (const word of [...words, "This is not a sign-in"]) expect(first.output()).toContain(word);
    expect(await (await fetch(url)).text()).toContain('<div id="root">');
    const { items } = await ask(url, `/api/slots?${week}&status=available&providerId=dr-osei`);
    const body = JSON.stringify({ slotId: items[0].id, subjectId: "ada-brandt" });
    const { appointment } = await ask(url, "/api/appointments", { method: "POST", body });
    const stream = await fetch(`${url}/api/changes/stream`, staff);
    const status = closed(first);
    expect(await stream.text()).toContain('"reason":"closing"');
    expect(await status).toBe(0);
    expect(first.output()).toContain("The clinic closes.");

    const again = start("--sqlite", file, "--port", "0", "--from", "2027-02-01");
    const second = await addressOf(again);
    expect((await ask(second, `/api/appointments/${appointment.id}`)).appointment).toEqual(appointment);
    expect(await closed(again, "SIGTERM")).toBe(0);
    expect(existsSync(file)).toBe(true);
  });

  it("finds with its sync check what --break has damaged, and repairs it", async () => {
    const file = await newFile();
    const broken = start("--sqlite", file, "--port", "0", "--from", "2027-02-01", "--break");
    const url = await addressOf(broken);
    expect(broken.output()).toMatch(/The booking of [\w-]+ with [\w-]+ at \S+ was cancelled by hand-written SQL/);
    expect(broken.output()).toContain("&view=sync");
    const reconcile = (dryRun: boolean) =>
      ask(url, "/api/reconcile", { method: "POST", body: JSON.stringify({ dryRun }) });
    const found = await reconcile(true);
    expect(found).toMatchObject({ repairable: 2, manual: 0, findings: [{ kind: "appointment_ended" }, {}] });
    const [{ id }] = found.findings[0].records;
    expect((await ask(url, `/api/slots/${id}/sync`)).inSync).toBe(false);
    expect(await reconcile(false)).toMatchObject({ repaired: 2, manual: 0 });
    expect(await reconcile(true)).toMatchObject({ repairable: 0, manual: 0, findings: [] });
    expect((await ask(url, `/api/slots/${id}/sync`)).inSync).toBe(true);
    expect(await closed(broken)).toBe(0);
  });

  it("says what is wrong with its flags, its port or its database, and exits with 2 or 1", async () => {
    const wrong = start("--colour");
    expect([await wrong.ended, wrong.output()]).toEqual([2, expect.stringContaining("Usage: clinic")]);
    const help = start("--help");
    expect([await help.ended, help.output()]).toEqual([0, expect.stringContaining("--break")]);
    const nowhere = start("--sqlite", "/nowhere/clinic.sqlite", "--port", "0");
    expect(await nowhere.ended).toBe(1);
    expect(nowhere.output()).toContain("The clinic failed:");
    const open = start("--sqlite", await newFile(), "--port", "0");
    const { port } = new URL(await addressOf(open));
    const late = start("--sqlite", await newFile(), "--port", port);
    expect([await late.ended, late.output()]).toEqual([1, expect.stringContaining(`Port ${port} is taken`)]);
    expect(late.output()).not.toContain("    at ");
    expect(await closed(open)).toBe(0);
  });
});

const server = await testServer("postgres");

describe("the clinic on PostgreSQL", () => {
  it.skipIf(server === undefined)("keeps a named database, and drops a new one", async () => {
    const { url: database, drop } = (await server?.createDatabase()) ?? { url: "", drop: async () => {} };
    onTestFinished(drop);
    const there = ["--postgres", "--database", database, "--port", "0", "--from", "2027-02-01"];
    const first = start(...there);
    const count = async (of: Process) => (await ask(await addressOf(of), `/api/appointments?${week}`)).items.length;
    const found = await count(first);
    expect(found).toBeGreaterThan(100);
    expect(await closed(first)).toBe(0);
    expect(first.output()).not.toContain(new URL(database).password || "no password");
    const again = start(...there);
    expect(await count(again)).toBe(found);
    expect(await closed(again)).toBe(0);
  });
});

for (const [name, title] of [
  ["mysql", "MySQL"],
  ["mariadb", "MariaDB"],
] as const) {
  const there = await testServer(name);
  it.skipIf(there === undefined)(`the clinic opens on ${title}, and books over HTTP`, async () => {
    const { url: database, drop } = (await there?.createDatabase()) ?? { url: "", drop: async () => {} };
    onTestFinished(drop);
    const clinic = start(`--${name}`, "--database", database, "--port", "0", "--from", "2027-02-01");
    const url = await addressOf(clinic);
    const free = await ask(url, `/api/slots?${week}&status=available&providerId=dr-osei`);
    const body = JSON.stringify({ slotId: free.items[0].id, subjectId: "ada-brandt" });
    const { appointment } = await ask(url, "/api/appointments", { method: "POST", body });
    expect(appointment).toMatchObject({ status: "confirmed", slotIds: [free.items[0].id] });
    expect((await ask(url, `/api/slots/${free.items[0].id}`)).slot.appointmentId).toBe(appointment.id);
    expect(await closed(clinic)).toBe(0);
  });
}
