import { testServer } from "@slotwright/test-servers/vitest";
import { afterAll, beforeAll, describe } from "vitest";
import { freshDatabase } from "./postgres-harness.ts";

const server = await testServer("postgres");

/**
 * Describes tests that need a server. They are skipped if there is none. `url` points to an empty database of their
 * own.
 */
export function describeOnServer(title: string, body: (url: () => string) => void): void {
  describe.skipIf(server === undefined)(title, () => {
    let database: { readonly url: string; readonly drop: () => Promise<void> } | undefined;
    beforeAll(async () => {
      if (server !== undefined) database = await freshDatabase(server);
    });
    afterAll(() => database?.drop());
    body(() => database?.url ?? "");
  });
}
