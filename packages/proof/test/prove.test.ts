import { execFile } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, readFile, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { promisify } from "node:util";
import type { TestServer } from "@slotwright/test-servers";
import { testServer } from "@slotwright/test-servers/vitest";
import { afterAll, beforeAll, describe, expect, it } from "vitest";
import { busyClusters, idleReason } from "../src/choice.ts";
import { type ProofOptions, parseOptions } from "../src/options.ts";
import type { ProofReport } from "../src/report.ts";

const main = join(import.meta.dirname, "../src/main.ts");
let folder: string;

beforeAll(async () => {
  folder = await mkdtemp(join(tmpdir(), "slotwright-prove-"));
});
afterAll(() => rm(folder, { recursive: true }));

interface Run {
  readonly status: number;
  readonly output: string;
}

async function prove(args: readonly string[], environment: NodeJS.ProcessEnv = {}): Promise<Run> {
  try {
    const env = { ...process.env, ...environment };
    const { stdout, stderr } = await promisify(execFile)(process.execPath, [main, ...args], { env });
    return { status: 0, output: stdout + stderr };
  } catch (error) {
    const { code, stdout, stderr } = error as { code: number; stdout: string; stderr: string };
    return { status: code, output: stdout + stderr };
  }
}

async function reportIn(file: string): Promise<ProofReport["engines"][number]> {
  const { engines } = JSON.parse(await readFile(file, "utf8")) as ProofReport;
  expect(engines).toHaveLength(1);
  return engines[0] as ProofReport["engines"][number];
}

const variables = {
  postgres: "SLOTWRIGHT_POSTGRES_URL",
  mysql: "SLOTWRIGHT_MYSQL_URL",
  mariadb: "SLOTWRIGHT_MARIADB_URL",
} as const;

const servers: Readonly<Record<keyof typeof variables, TestServer | undefined>> = {
  postgres: await testServer("postgres"),
  mysql: await testServer("mysql"),
  mariadb: await testServer("mariadb"),
};

function environmentOf(engine: string): NodeJS.ProcessEnv | undefined {
  if (engine === "sqlite") return {};
  const server = servers[engine as keyof typeof variables];
  return server && { [variables[engine as keyof typeof variables]]: server.url };
}

describe.each(["sqlite", "postgres", "mysql", "mariadb"])("prove --%s", (engine) => {
  const environment = environmentOf(engine);

  it.skipIf(environment === undefined)("plays histories at three levels and reports what it observed", async () => {
    const file = join(folder, `${engine}.json`);
    const args = [`--${engine}`, "--histories", "40", "--faults", "0", "--seed", "11", "--no-mutants"];
    const { status, output } = await prove([...args, "--report", file], environment);
    expect(output).toMatch(/progress: .*commands take turns at each statement of the driver/);
    expect(output).toMatch(/Nothing was found: 40 histories and 0 faults in \d+ s, seed 11\./);
    expect(status).toBe(0);
    const { steps, tally } = await reportIn(file);
    expect(steps.map(({ name, tally: { histories } }) => `${name} ${histories}`)).toEqual([
      "calls 16",
      "statements 12",
      "free 12",
    ]);
    expect(tally.commands).toBeGreaterThan(300);
    expect(tally.conflicts).toBeGreaterThan(0);
  });
});

const cuts = ["before-commit", "during-commit", "after-commit", "mid-answer", "mid-result", "mid-feed", "after-relay"];

const cutsAfter = ["network.cut-after-commit", "network.cut-after-relay"];

// One engine shows that all cuts are made; `prove` makes them on each.
describe.each([
  { engine: "postgres", fault: "network.cut", keys: cuts.map((cut) => `network.cut-${cut}`) },
  { engine: "mysql", fault: "network.cut-after", keys: cutsAfter },
  { engine: "mariadb", fault: "network.cut-after", keys: cutsAfter },
] as const)("prove --$engine --faults", ({ engine, fault, keys }) => {
  it.skipIf(servers[engine] === undefined)(
    "does harm around the commit, and finds nothing wrong afterwards",
    async () => {
      const file = join(folder, `${engine}-faults.json`);
      const args = [`--${engine}`, "--histories", "0", "--faults", "1", "--fault", fault, "--report", file];
      const { status, output } = await prove(args, environmentOf(engine));
      expect(output).toContain("Nothing was found");
      expect(status).toBe(0);
      const { steps, tally } = await reportIn(file);
      expect(steps.map(({ name }) => name)).toEqual(keys);
      expect(tally.faults).toBeGreaterThan(steps.length);
      expect(tally.unknown).toBeGreaterThan(0);
      for (const { tally } of steps) {
        expect(tally.read).toBeGreaterThan(0);
        expect(tally.handedOver).toBe(tally.read);
      }
    },
  );
});

describe("prove", () => {
  it("that is interrupted ends soon, says so, and leaves a report", async () => {
    const file = join(folder, "interrupted.json");
    const child = execFile(process.execPath, [
      main,
      "--sqlite",
      "--no-mutants",
      "--histories",
      "100000",
      "--report",
      file,
    ]);
    let output = "";
    child.stdout?.on("data", (text: string) => {
      // Once: a second signal ends it at once.
      if (!output.includes("sqlite:") && text.includes("sqlite:")) setTimeout(() => child.kill("SIGINT"), 500);
      output += text;
    });
    const [status] = (await once(child, "close")) as [number];
    expect(status).toBe(1);
    expect(output).toMatch(/Interrupted\. Nothing was found so far: \d+ histories and 0 faults/);
    expect((JSON.parse(await readFile(file, "utf8")) as ProofReport).isInterrupted).toBe(true);
  });

  it("says at once if its report cannot be written", async () => {
    const { status, output } = await prove(["--sqlite", "--report", join(folder, "nowhere", "report.json")]);
    expect(status).toBe(1);
    expect(output).toContain("ENOENT");
    expect(output).not.toContain("sqlite:");
  });

  it.each([
    {
      args: ["--histories", "0", "--faults", "0", "--no-mutants"],
      why: "There is nothing to do with --histories 0, --faults 0 and --no-mutants",
    },
    {
      args: ["--fault", "server.kiled"],
      why: 'No fault on sqlite, postgres, mysql, mariadb has "server.kiled" in its key',
    },
    { args: ["--sqlite", "--fault", "network.cut"], why: 'No fault on sqlite has "network.cut" in its key' },
    {
      args: ["--faults", "0", "--fault", "network.cut"],
      why: "--fault chooses among faults, and --faults 0 asks for none",
    },
    {
      args: ["--urls", "postgres://one/x,postgres://two/x", "--histories", "0"],
      why: "There is nothing to do with --urls and --histories 0, because nothing is done to these nodes",
    },
    {
      args: ["--galera", "--group-of-primaries", "--fault", "replaced"],
      why: 'No fault on galera, group-of-primaries has "replaced" in its key',
    },
  ])("has nothing to do: $args", ({ args, why }) => {
    expect(idleReason(parseOptions(args) as ProofOptions)).toBe(why);
  });

  it("with nothing to do is a usage error that lists the faults", async () => {
    const args = ["--sqlite", "--fault", "network.cut", "--report", join(folder, "nothing.json")];
    const { status, output } = await prove(args);
    expect(status).toBe(2);
    expect(output).toContain('No fault on sqlite has "network.cut" in its key.');
    expect(output).toContain("Usage: prove [options]");
    expect(output).toMatch(/^ {2}server\.killed +the server is killed while it commits/m);
  });

  it("with a fault that no chosen cluster has starts none, and lists theirs", async () => {
    const file = join(folder, "no-cluster.json");
    const { status, output } = await prove(["--galera", "--fault", "replaced", "--report", file]);
    expect(status).toBe(2);
    expect(output).toContain('No fault on galera has "replaced" in its key.');
    expect(output).toMatch(/^Faults on MariaDB Galera:\n {2}node\.killed +a node is killed with SIGKILL/m);
    expect(output).not.toContain("server.killed");
    await expect(readFile(file)).rejects.toThrow("ENOENT");
  });

  it("has something to do on a cluster with the fault, even if another one lacks it", () => {
    const options = parseOptions(["--galera", "--patroni", "--fault", "replaced"]) as ProofOptions;
    expect([idleReason(options), busyClusters(options)]).toEqual([undefined, ["patroni"]]);
  });

  it("leaves out an engine that does not have the chosen faults", async () => {
    const file = join(folder, "sqlite-only.json");
    const args = ["--sqlite", "--postgres", "--histories", "0", "--faults", "1", "--fault", "sqlite.read-only-file"];
    const { status, output } = await prove([...args, "--report", file]);
    expect(status, output).toBe(0);
    expect((await reportIn(file)).tally.faults).toBeGreaterThan(1);
  });

  it("explains its usage, and which flag is wrong", async () => {
    const help = await prove(["--help"]);
    expect(help.output).toContain("Usage: prove [options]");
    expect(help.status).toBe(0);
    const wrong = await prove(["--histories", "many"]);
    expect(wrong.output).toContain('--histories must be a whole number, not "many"');
    expect(wrong.status).toBe(2);
    expect(() => parseOptions(["--level", "calls"])).toThrow("give --level (calls or statements), --seed and --path");
  });
});
