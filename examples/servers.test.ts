import { execFile } from "node:child_process";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";
import { postgresAdapter } from "@slotwright/adapter-postgres";
import { createEngine } from "@slotwright/core";
import type { TestDatabase } from "@slotwright/test-servers";
import { testServer } from "@slotwright/test-servers/vitest";
import { afterAll, beforeAll, describe, expect, it } from "vitest";

const run = promisify(execFile);
const program = fileURLToPath(new URL("./servers.ts", import.meta.url));

const engines = [
  { engine: "postgres", variable: "POSTGRES_URL", bookings: 2 },
  { engine: "mysql", variable: "MYSQL_URL", bookings: 1 },
  { engine: "mariadb", variable: "MYSQL_URL", bookings: 1 },
] as const;

// Without the server, these tests are skipped, and say so. With CI=true, that is a failure instead.
const servers = await Promise.all(
  engines.map(async (engine) => ({ ...engine, server: await testServer(engine.engine) })),
);

describe.each(servers)("the first booking on $engine", ({ variable, bookings, server }) => {
  let database: TestDatabase | undefined;

  beforeAll(async () => {
    database = await server?.createDatabase();
  });
  afterAll(() => database?.drop());

  it.skipIf(server === undefined)(
    "is confirmed in each way to open the storage, and in a second run, too",
    async () => {
      const env = { ...process.env, POSTGRES_URL: undefined, MYSQL_URL: undefined, [variable]: database?.url };
      for (const _run of ["first", "second"]) {
        const { stdout } = await run(process.execPath, [program], { env, timeout: 50_000 });
        expect(stdout).toBe("ada: confirmed\n".repeat(bookings));
      }
      const schemas = variable === "POSTGRES_URL" ? ["booking", "public"] : [];
      for (const schema of schemas) expect(await slotsIn(database?.url ?? "", schema)).toEqual(["booked"]);
    },
  );
});

async function slotsIn(connectionString: string, schema: string): Promise<readonly string[]> {
  const storage = postgresAdapter({ connectionString, schema });
  const { items } = await createEngine({ storage }).listSlots({});
  await storage.close();
  return items.map(({ status }) => status);
}
