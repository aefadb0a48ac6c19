import { mkdir, readdir, rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { Client } from "pg";
import { run } from "../commands.ts";

/** Folders whose contents belong to a running server, or are fetched from the primary. They themselves are needed. */
const emptied = /^pg_(wal|replslot|dynshmem|notify|serial|snapshots|stat_tmp|subtrans)$/;
const needless = /^(postmaster\.(pid|opts)|standby\.signal|backup_label)$/;

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
      if (attempt === attempts || !/No such file/i.test(String(error))) throw error;
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
    await mkdir(to, { mode: 0o700 });
    const entries = await readdir(from);
    const whole = entries.filter((entry) => !emptied.test(entry) && !needless.test(entry));
    // A process of its own takes a second, where this one may be busy for a minute.
    await run({ program: "cp", arguments: ["-R", ...whole.map((entry) => join(from, entry)), to] });
    for (const entry of entries) if (emptied.test(entry)) await mkdir(join(to, entry), { mode: 0o700 });
    const stopped = await client.query<{ labelfile: string }>("select labelfile from pg_backup_stop(false)");
    await writeFile(join(to, "backup_label"), stopped.rows[0]?.labelfile as string);
  } finally {
    await client.end();
  }
}
