import { loadEngine, NoDatabaseError } from "@slotwright/lab/engines";
import { type OwnServer, type ServerName, startOwnServer } from "@slotwright/test-servers";
import { startProxy } from "@slotwright/test-servers/proxy";
import type { ServerScene } from "./fault.ts";

/**
 * A server of our own, whatever the environment says, because one that somebody needs must not be killed.
 * @throws NoDatabaseError
 */
export async function startHarmableServer(engineName: ServerName): Promise<OwnServer> {
  const server = await startOwnServer(engineName).catch((cause: Error) => {
    throw new NoDatabaseError(cause.message, { cause });
  });
  if (server === undefined) throw new NoDatabaseError(`There is no ${engineName} server to do harm to.`);
  return server;
}

/** A fresh, migrated database on the server with proxies in front of it. */
export async function openServerScene(
  engineName: ServerName,
  server: OwnServer,
): Promise<ServerScene & { readonly close: () => Promise<void> }> {
  const engine = await loadEngine(engineName);
  const { administration } = engine;
  if (administration === undefined) throw new TypeError(`${engineName} has no administration.`);
  const { url: direct, drop } = await server.createDatabase().catch(async () => {
    // The previous fault was too much for the server itself, and was reported.
    await server.process.restart();
    return server.createDatabase();
  });
  const storage = engine.openStorage(direct);
  await storage.migrate();
  await storage.close();
  const administrator = () => engine.connect(direct);
  const connection = await administrator();
  const writerUrl = await administration.writerUrl(connection, direct);
  await connection.close();
  const [proxy, ofReader, ofRelay] = await Promise.all([startProxy(server), startProxy(server), startProxy(server)]);
  const close = async () => {
    await Promise.all([proxy, ofReader, ofRelay].map((one) => one.close()));
    await drop();
  };
  return {
    engineName,
    engine,
    administration,
    server,
    proxy,
    address: proxy.url(writerUrl),
    beside: {
      reader: { proxy: ofReader, address: ofReader.url(writerUrl) },
      relay: { proxy: ofRelay, address: ofRelay.url(writerUrl) },
    },
    direct,
    administrator,
    close,
  };
}
