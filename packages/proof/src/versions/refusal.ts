import { loadEngine, type SqlConnection } from "@slotwright/lab/engines";
import type { OwnServer } from "@slotwright/test-servers";

/** What `migrate()` says on a server that is too old. @throws Error if it says nothing clear, or leaves something behind */
export async function refusalOn(server: OwnServer): Promise<string> {
  const { openStorage, connect } = await loadEngine(server.engine);
  const { url, drop } = await server.createDatabase();
  const storage = openStorage(url);
  const connection = await connect(url);
  try {
    const refusal = await storage.migrate().then(
      () => undefined,
      (error: unknown) => error as { readonly failure?: string; readonly message: string },
    );
    if (refusal === undefined) throw new Error("migrate() went through, on a version that is too old for it.");
    if (refusal.failure !== "unavailable" || !/ needs version | too old/.test(refusal.message)) {
      throw new Error(`migrate() does not say that the server is too old: ${refusal.message}`);
    }
    const left = await tablesIn(connection, server);
    if (left > 0) throw new Error(`migrate() refused, and left ${left} tables behind.`);
    return refusal.message;
  } finally {
    await Promise.all([storage.close(), connection.close()]);
    await drop();
  }
}

async function tablesIn(connection: SqlConnection, { engine }: OwnServer): Promise<number> {
  const schemas = engine === "postgres" ? "not in ('information_schema', 'pg_catalog')" : "= database()";
  const [row] = await connection.query(
    `select count(*) as tables from information_schema.tables where table_schema ${schemas}`,
  );
  return Number(row?.tables);
}
