import { mkdtemp, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { sqliteAdapter } from "@slotwright/adapter-sqlite";
import { expect, it, onTestFinished } from "vitest";
import { installedNext, startNext } from "./next/next.ts";
import { expectToServe } from "./serving.ts";

const packages = await installedNext();

it.skipIf(packages === undefined)(
  "a route of Next that exports the handler books, refuses, and streams what happens",
  async () => {
    const folder = await mkdtemp(join(tmpdir(), "slotwright-next-bookings-"));
    onTestFinished(() => rm(folder, { recursive: true, force: true }));
    const filename = join(folder, "bookings.sqlite");
    const storage = sqliteAdapter({ filename });
    await storage.migrate();
    await storage.close();
    const { url, close } = await startNext(packages ?? "", { BOOKINGS: filename });
    onTestFinished(close);
    await expectToServe(`${url}/booking`);
    const unknown = await fetch(`${url}/booking/nothing`, { headers: { "X-Actor": "provider/dr" } });
    expect([unknown.status, ((await unknown.json()) as { scenario: string }).scenario]).toEqual([
      404,
      "route_not_found",
    ]);
    expect((await fetch(`${url}/booking/slots`)).status).toBe(401);
  },
  300_000,
);
