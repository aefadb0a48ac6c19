import { startServer } from "@slotwright/test-servers";
import type { Arena, EngineName } from "./arena.ts";
import { mysqlFamily } from "./mysql-family.ts";
import { postgres } from "./postgres.ts";
import { type ServerKind, serverArena } from "./server.ts";
import { sqliteArena } from "./sqlite.ts";

export const serverKinds: Readonly<Record<Exclude<EngineName, "sqlite">, ServerKind>> = {
  postgres,
  mysql: mysqlFamily("mysql", "MySQL"),
  mariadb: mysqlFamily("mariadb", "MariaDB"),
};

/** Undefined if the engine is not available; a line on stderr has said why. */
export async function openArena(name: EngineName): Promise<Arena | undefined> {
  if (name === "sqlite") return sqliteArena();
  const server = await startServer(name);
  return server === undefined ? undefined : serverArena(server, serverKinds[name]);
}
