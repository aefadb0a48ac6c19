import type { DatabaseEngine, EngineName } from "./engine.ts";

/** Drivers take a while to load in each process of the race, so each process loads only one of them. */
const loaders: Readonly<Record<EngineName, () => Promise<DatabaseEngine>>> = {
  sqlite: async () => (await import("./sqlite.ts")).sqlite,
  postgres: async () => (await import("./postgres.ts")).postgres,
  mysql: async () => (await import("./mysql.ts")).mysql,
  mariadb: async () => (await import("./mariadb.ts")).mariadb,
};

export function loadEngine(name: EngineName): Promise<DatabaseEngine> {
  return loaders[name]();
}
