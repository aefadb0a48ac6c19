import { statfs } from "node:fs/promises";
import { tmpdir } from "node:os";

/** Where Linux keeps files in memory. */
const inMemory = "/dev/shm";

/** Bytes that the servers and files of a whole run take, and as much again. */
const room = 6 * 1024 ** 3;

/**
 * Where the databases of tests lie: in memory, if there is room. What is lost with a process is the same there, and a
 * third of the time, spent waiting for the disk, is saved. Benchmarks and proofs that are run by hand use the disk.
 */
export async function temporaryFolder(): Promise<string> {
  try {
    const { bsize, bavail } = await statfs(inMemory);
    return bsize * bavail >= room ? inMemory : tmpdir();
  } catch {
    return tmpdir();
  }
}
