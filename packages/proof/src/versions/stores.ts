import type { ConformanceHarness } from "@slotwright/conformance";
import type { OwnServer } from "@slotwright/test-servers";
import { dropDatabases, openMysqlStore } from "../../../adapter-mysql/test/mysql-harness.ts";
import { lendStores } from "../../../adapter-postgres/test/postgres-harness.ts";

export interface Stores extends Pick<ConformanceHarness, "open" | "propertyRuns"> {
  readonly close: () => Promise<void>;
}

/** The stores on which each adapter's own tests run the suite, on any server. */
export async function storesOn(server: OwnServer): Promise<Stores> {
  return server.engine === "postgres" ? postgresStores(server) : mysqlStores(server);
}

async function postgresStores(server: OwnServer): Promise<Stores> {
  const { url, drop } = await server.createDatabase();
  const { open, end } = lendStores(url);
  const close = async () => {
    await end();
    await drop();
  };
  return { open: open as never, propertyRuns: 10, close };
}

function mysqlStores(server: OwnServer): Stores {
  return { open: (() => openMysqlStore(server)) as never, propertyRuns: 4, close: dropDatabases };
}
