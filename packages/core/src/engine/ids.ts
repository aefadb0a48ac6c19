import { randomFillSync, randomUUID } from "node:crypto";
import { v7 } from "uuid";

const idBytes = 16;

/** UUIDv7s. Randomness is drawn for 256 of them at a time, because a system call for each costs more than the rest. */
export function createIdSource(): () => string {
  const pool = new Uint8Array(idBytes * 256);
  let used = pool.length;
  return () => {
    if (used === pool.length) {
      randomFillSync(pool);
      used = 0;
    }
    used += idBytes;
    return v7({ random: pool.subarray(used - idBytes, used) });
  };
}

/** A secret: 122 random bits, without a timestamp. */
export function newToken(): string {
  return randomUUID();
}
