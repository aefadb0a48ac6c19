import { constants } from "node:fs";
import { chmod, cp, rm, writeFile } from "node:fs/promises";
import { join, relative } from "node:path";
import { Client } from "pg";

/** What belongs to a running server, or is fetched from the primary. The folders themselves are needed. */
const needless =
  /^(pg_wal|pg_replslot|pg_dynshmem|pg_notify|pg_serial|pg_snapshots|pg_stat_tmp|pg_subtrans)\/|^(postmaster\.(pid|opts)|standby\.signal|backup_label)$|pgsql_tmp/;

const attempts = 3;

/**
 * Copies the data of a running server, as pg_basebackup does, which the package of the server lacks. The copy becomes
 * sound when it has replayed the log from its start.
 */
export async function copyData(url: string, to: string): Promise<void> {
  for (let attempt = 1; ; attempt++) {
    try {
      return await copyOnce(url, to);
    } catch (error) {
      // A table was dropped between the listing and the copy.
      if (attempt === attempts || (error as NodeJS.ErrnoException).code !== "ENOENT") throw error;
    }
  }
}

async function copyOnce(url: string, to: string): Promise<void> {
  const client = new Client({ connectionString: url });
  client.on("error", () => {});
  await client.connect();
  try {
    const started = await client.query<{ folder: string }>(
      "select current_setting('data_directory') as folder, pg_backup_start('a standby', true)",
    );
    const from = started.rows[0]?.folder as string;
    await rm(to, { recursive: true, force: true });
    const filter = (path: string) => !needless.test(relative(from, path));
    await cp(from, to, { recursive: true, mode: constants.COPYFILE_FICLONE, filter });
    await chmod(to, 0o700);
    const stopped = await client.query<{ labelfile: string }>("select labelfile from pg_backup_stop(false)");
    await writeFile(join(to, "backup_label"), stopped.rows[0]?.labelfile as string);
  } finally {
    await client.end();
  }
}
