import { expect, it, vi } from "vitest";
import { type ServerName, startCluster, startOwnServer, startServer } from "../src/index.ts";
import { noServer, testServer } from "../src/vitest/test-server.ts";

const variables = [
  ["postgres", "SLOTWRIGHT_POSTGRES_URL"],
  ["mysql", "SLOTWRIGHT_MYSQL_URL"],
  ["mariadb", "SLOTWRIGHT_MARIADB_URL"],
] as const satisfies readonly (readonly [ServerName, string])[];

const nowhere = { from: [] } as const;

async function linesOnStderr(work: () => Promise<unknown>): Promise<{ result: unknown; lines: string }> {
  const written = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  try {
    const result = await work();
    return { result, lines: written.mock.calls.map(([text]) => String(text)).join("") };
  } finally {
    written.mockRestore();
  }
}

it.for(variables)("prefers the %s server whose URL is in %s", async ([engine, variable], { skip }) => {
  const shared = await testServer(engine);
  if (shared === undefined) return skip(noServer(engine));
  const server = await startServer(engine, { environment: { [variable]: shared.url }, ...nowhere });
  expect(server).toMatchObject({ url: shared.url, version: shared.version, origin: variable });
  const database = await server?.createDatabase();
  // The process that started it stops it.
  await server?.stop();
  await database?.drop();
});

it("refuses the URL of another engine", async ({ skip }) => {
  const shared = await testServer("mariadb");
  if (shared === undefined) return skip(noServer("mariadb"));
  const environment = { SLOTWRIGHT_MYSQL_URL: shared.url };
  await expect(startServer("mysql", { environment })).rejects.toThrow(/SLOTWRIGHT_MYSQL_URL: .*another engine/);
});

it.each(variables)(
  "fails if the %s server of %s does not answer, instead of starting another",
  async (engine, variable) => {
    const environment = { [variable]: "postgres://nobody:nothing@127.0.0.1:1/none" };
    await expect(startServer(engine, { environment })).rejects.toThrow(variable);
  },
);

it.each(variables)("skips %s with one line that says what to do", async (engine, variable) => {
  const { result, lines } = await linesOnStderr(() => startServer(engine, { environment: {}, ...nowhere }));
  expect(result).toBeUndefined();
  expect(lines).toMatch(/^\[test-servers\] (PostgreSQL|MySQL|MariaDB) is SKIPPED: .*docker compose.*\n$/);
  expect(lines).toContain(`Set ${variable}`);
});

it.each(variables)("never skips %s in CI", async (engine) => {
  await expect(startServer(engine, { environment: { CI: "true" }, ...nowhere })).rejects.toThrow(
    /is missing: .*docker/,
  );
});

it("reports why an engine could not be fetched", async () => {
  // There is neither a cache to find it in, nor one to put it into.
  const environment = { PATH: "", XDG_CACHE_HOME: "/dev/null" };
  const { lines } = await linesOnStderr(() => startOwnServer("mysql", { environment, from: ["fetched"] }));
  expect(lines).toMatch(/MySQL is SKIPPED: .*could not be fetched \(.+\)/);
});

it.each([
  ["galera", "MariaDB Galera"],
  ["group-replication", "MySQL Group Replication"],
] as const)(
  "skips a cluster that it cannot have with one line that says why, and never in CI: %s",
  async (kind, title) => {
    const environment = { XDG_CACHE_HOME: "/dev/null" };
    const { result, lines } = await linesOnStderr(() => startCluster(kind, { environment }));
    expect(result).toBeUndefined();
    expect(lines).toMatch(/^\[test-servers\] A cluster of .* is SKIPPED: .*could not be fetched \(.+\).*\n$/);
    expect(lines).toContain(title);
    await expect(startCluster(kind, { environment: { ...environment, CI: "true" } })).rejects.toThrow(/is missing: /);
  },
);
