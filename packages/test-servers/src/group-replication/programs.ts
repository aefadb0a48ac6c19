import { access } from "node:fs/promises";
import { join } from "node:path";
import type { Environment } from "../engine.ts";
import { fetchedMysql } from "../mysql-family/mysql.ts";
import type { MysqlFamilyPrograms } from "../mysql-family/programs.ts";

/** A MySQL server that can be a member of a group. */
export interface GroupPrograms extends MysqlFamilyPrograms {
  /** The folder with the plugin that makes it a member. */
  readonly plugins: string;
}

/** Debian's server, whose package brings the plugin. A server on the PATH may lack it. */
export async function groupPrograms(environment: Environment): Promise<GroupPrograms> {
  const programs = await fetchedMysql(environment);
  const plugins = join(programs.share, "..", "..", "lib", "mysql", "plugin");
  await access(join(plugins, "group_replication.so"));
  return { ...programs, plugins };
}
