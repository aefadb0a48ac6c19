import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtemp, open, rm } from "node:fs/promises";
import { tmpdir } from "node:os";
import { join } from "node:path";

/** A file system of its own in memory, which is soon full. */
export interface SmallDisk {
  readonly folder: string;
  /** Takes all the room that is left, except for this many bytes. */
  readonly fill: (left?: number) => Promise<void>;
  /** Gives the room back. */
  readonly makeRoom: () => Promise<void>;
  /** Removes it with everything on it. It also goes when this process ends, however that happens. */
  readonly remove: () => Promise<void>;
}

/** Says why no small disk is available here. */
export class NoSmallDiskError extends Error {
  override readonly name = "NoSmallDiskError";
}

/**
 * Keeps the disk until its input ends, because we are done or gone. It ignores signals: a Ctrl-C in the terminal must
 * not end it before the programs that use the disk. If the disk is still in use then, it goes with its last user.
 */
const keeper = `
trap '' HUP INT TERM
mount -t tmpfs -o "size=$2,mode=0755" tmpfs "$1" || exit 1
echo mounted
while read -r word; do :; done
umount "$1" || umount -l "$1"
rmdir "$1"
`;

/** @throws NoSmallDiskError if the system does not allow it. */
export async function createSmallDisk(bytes: number): Promise<SmallDisk> {
  const mountPoint = await mkdtemp(join(temporaryFolder(), "slotwright-disk-"));
  try {
    const { child, folder } = await mounted(mountPoint, bytes);
    return diskIn(folder, child);
  } catch (error) {
    await rm(mountPoint, { recursive: true, force: true });
    throw error;
  }
}

/** Root's own temporary folder may be closed to the user that a server runs as. */
function temporaryFolder(): string {
  return process.getuid?.() === 0 ? "/tmp" : tmpdir();
}

interface Mounted {
  readonly child: ChildProcess;
  readonly folder: string;
}

/**
 * Mounted by root for everybody to see; otherwise in a namespace where we may mount, and whose files can be reached
 * from outside.
 */
async function mounted(mountPoint: string, bytes: number): Promise<Mounted> {
  const words = ["-c", keeper, "slotwright-disk", mountPoint, `${bytes}`];
  if (process.getuid?.() === 0) return { child: await started("/bin/sh", words), folder: mountPoint };
  const child = await started("unshare", ["--user", "--mount", "--map-root-user", "/bin/sh", ...words]);
  return { child, folder: `/proc/${child.pid}/root${mountPoint}` };
}

async function started(program: string, words: readonly string[]): Promise<ChildProcess> {
  const child = spawn(program, words, { detached: true, stdio: ["pipe", "pipe", "pipe"] });
  const said: string[] = [];
  child.stderr.on("data", (text) => said.push(String(text)));
  const failed = Promise.race([
    once(child, "close").then(([code]) => `it ended with exit status ${code}`),
    once(child, "error").then(([error]) => String(error)),
  ]);
  const isMounted = once(child.stdout, "data").then(() => undefined);
  const problem = await Promise.race([isMounted, failed]);
  if (problem === undefined) return child;
  throw new NoSmallDiskError(
    `No small disk can be mounted here (${[...said, problem].join(" ").trim()}). It takes root, or user namespaces.`,
  );
}

function diskIn(folder: string, child: ChildProcess): SmallDisk {
  const filler = join(folder, "filler");
  return {
    folder,
    fill: (left = 0) => fill(filler, left),
    makeRoom: () => rm(filler, { force: true }),
    remove: async () => {
      const ended = once(child, "close");
      child.stdin?.end();
      await ended;
    },
  };
}

/** Large pieces first, and then what is left, page by page. */
const pieces = [1 << 20, 1 << 12];

async function fill(path: string, left: number): Promise<void> {
  const file = await open(path, "a");
  try {
    for (const size of pieces) await appendUntilFull(file, Buffer.alloc(size));
    if (left > 0) await file.truncate((await file.stat()).size - left);
  } finally {
    await file.close();
  }
}

async function appendUntilFull(file: Awaited<ReturnType<typeof open>>, piece: Buffer): Promise<void> {
  try {
    for (;;) await file.appendFile(piece);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== "ENOSPC") throw error;
  }
}
