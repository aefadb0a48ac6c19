import type { EngineName } from "@slotwright/lab/engines";
import { startServer } from "@slotwright/test-servers";
import type { ListeningPost } from "../contenders/elsewhere.ts";
import type { Arena, OpenAudience } from "./arena.ts";
import { mysqlFamily } from "./mysql-family.ts";
import { postgres } from "./postgres.ts";
import { audienceOnServer, type ServerParts, serverArena } from "./server.ts";
import { audienceOnFile, sqliteArena } from "./sqlite.ts";

export const serverParts: Readonly<Record<Exclude<EngineName, "sqlite">, ServerParts>> = {
  postgres,
  mysql: mysqlFamily("mysql", "MySQL"),
  mariadb: mysqlFamily("mariadb", "MariaDB"),
};

/** Undefined if the engine is not available; a line on stderr has said why. */
export async function openArena(name: EngineName): Promise<Arena | undefined> {
  if (name === "sqlite") return sqliteArena();
  const server = await startServer(name);
  return server === undefined ? undefined : serverArena(server, serverParts[name]);
}

export function openAudience(post: ListeningPost): OpenAudience {
  return post.engine === "sqlite" ? audienceOnFile(post) : audienceOnServer(serverParts[post.engine], post);
}
