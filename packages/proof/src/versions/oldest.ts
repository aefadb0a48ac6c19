import type { ServerName } from "@slotwright/test-servers";
import { isAtLeast } from "@slotwright/test-servers/program";

/** The first versions that the adapters accept. */
const oldest: Readonly<Record<ServerName, string>> = { postgres: "14", mysql: "8.0.17", mariadb: "10.6" };

/** Whether `migrate()` has to refuse a version. */
export function isTooOld(engine: ServerName, version: string): boolean {
  return !isAtLeast(version, oldest[engine]);
}
