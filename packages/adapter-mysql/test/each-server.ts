import type { TestServer } from "@slotwright/test-servers";
import { noServer, testServer } from "@slotwright/test-servers/vitest";
import { afterAll, describe, it } from "vitest";
import { dropDatabases } from "./mysql-harness.ts";

const servers = { mariadb: await testServer("mariadb"), mysql: await testServer("mysql") };

/** Describes the same tests on MariaDB and on MySQL. An engine that is not available is skipped. */
export function describeOnEachServer(
  title: string,
  body: (server: TestServer, engine: keyof typeof servers) => void,
): void {
  for (const engine of ["mariadb", "mysql"] as const) {
    const server = servers[engine];
    describe(`${engine}: ${title}`, () => {
      if (server === undefined) return it("is tried", ({ skip }) => skip(noServer(engine)));
      body(server, engine);
      afterAll(dropDatabases);
    });
  }
}
