import { setTimeout as passed } from "node:timers/promises";
import type { StorageAdapter } from "@slotwright/core";
import { loadEngine } from "@slotwright/lab/engines";
import { expect, it } from "vitest";
import { startServer } from "../../server/server.ts";
import { from } from "./stage.ts";

it("answers no request before it knows the free times, so that no page that was waiting for it is told 503", async () => {
  const sqlite = await loadEngine("sqlite");
  const database = await sqlite.createDatabase(new AbortController().signal);
  const storage = sqlite.openStorage(database.address);
  await storage.migrate();
  const busy: StorageAdapter<never> = {
    ...storage,
    findSlots: async (...asked) => passed(300).then(() => storage.findSlots(...asked)),
  };
  const { url, stop } = await startServer({ storage: busy, port: 0, liveDays: 120 });
  const days = `from=${from}T00:00:00Z&to=${from.add({ days: 7 })}T00:00:00Z`;
  const { status } = await fetch(`${url}/api/open-slots/days?${days}`, {
    headers: { "X-Clinic-Person": "ada-brandt" },
  });
  expect(status).not.toBe(503);
  await stop();
  await storage.close();
  await database.end({ keep: false });
});
