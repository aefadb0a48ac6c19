import type { EngineDefinition, ServerName } from "./engine.ts";
import { mariadb } from "./mysql-family/mariadb.ts";
import { mysql } from "./mysql-family/mysql.ts";
import { postgres } from "./postgres/postgres.ts";

export const engines: Readonly<Record<ServerName, EngineDefinition>> = { postgres, mysql, mariadb };
