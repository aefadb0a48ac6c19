import { statfs } from "node:fs/promises";
import { tmpdir } from "node:os";

/** Where Linux keeps files in memory. */
const inMemory = "/dev/shm";

/** Bytes that the servers and files of a whole run take, doubled. */
const room = 6 * 1024 ** 3;

/**
 * Where the databases of tests are stored: in memory, if there is room. A crashed process loses the same there, and the
 * third of the time that is spent waiting for the disk is saved. Benchmarks and proofs that are run by hand use the
 * disk.
 */
export async function temporaryFolder(): Promise<string> {
  try {
    const { bsize, bavail } = await statfs(inMemory);
    return bsize * bavail >= room ? inMemory : tmpdir();
  } catch {
    return tmpdir();
  }
}
