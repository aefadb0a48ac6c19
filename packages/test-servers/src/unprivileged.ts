import { chmod, mkdtemp, stat } from "node:fs/promises";
import { tmpdir } from "node:os";
import { dirname, join } from "node:path";
import { run } from "./commands.ts";
import type { Account } from "./engine.ts";

/** PostgreSQL refuses to run as root. It then runs as its own user if there is one, or else as nobody. */
export async function unprivilegedAccount(): Promise<Account | undefined> {
  if (process.getuid?.() !== 0) return undefined;
  return (await accountOf("postgres")) ?? (await accountOf("nobody"));
}

/**
 * A new folder that every user may pass through, because the server may run as another user.
 *
 * @param parent Defaults to the temporary folder.
 */
export async function createPassableFolder(prefix: string, parent?: string): Promise<string> {
  const folder = await mkdtemp(join(parent ?? (await passableTemporaryFolder()), prefix));
  await chmod(folder, 0o711);
  return folder;
}

/** Whether users other than the owner can read in this folder. Each folder above must let them through. */
export async function isReachable(folder: string): Promise<boolean> {
  for (let path = folder; ; path = dirname(path)) {
    const { mode } = await stat(path);
    if ((mode & 0o001) === 0) return false;
    if (path === dirname(path)) return true;
  }
}

/** Gives the folder and everything in it to the account. */
export async function give(folder: string, account: Account | undefined): Promise<void> {
  if (account === undefined) return;
  await run({ program: "chown", arguments: ["-R", `${account.uid}:${account.gid}`, folder] });
}

async function accountOf(user: string): Promise<Account | undefined> {
  try {
    const [uid, gid] = await Promise.all(["-u", "-g"].map((flag) => run({ program: "id", arguments: [flag, user] })));
    return { uid: Number(uid), gid: Number(gid) };
  } catch {
    return undefined;
  }
}

async function passableTemporaryFolder(): Promise<string> {
  // Root's TMPDIR may be private.
  if (process.getuid?.() !== 0 || (await isReachable(tmpdir()))) return tmpdir();
  return "/tmp";
}
