import { randomFillSync, randomUUID } from "node:crypto";
import { v7 } from "uuid";

const idBytes = 16;

/**
 * UUIDv7s, each greater than the one before, also within a millisecond: what is made together is then stored together,
 * in the order in which it was made. A counter takes the place of 32 random bits. Randomness is drawn for 256 of them at a time, because a system call for each costs more than the rest. */
export function createIdSource(): () => string {
  const pool = new Uint8Array(idBytes * 256);
  const view = new DataView(pool.buffer);
  let used = pool.length;
  let msecs = 0;
  let seq = 0;
  return () => {
    if (used === pool.length) {
      randomFillSync(pool);
      used = 0;
    }
    used += idBytes;
    const now = Date.now();
    // It starts low enough to count through any millisecond.
    seq = now > msecs ? view.getUint32(used - idBytes) >>> 1 : seq + 1;
    msecs = Math.max(msecs, now);
    return v7({ random: pool.subarray(used - idBytes, used), msecs, seq });
  };
}

/** A secret: 122 random bits, without a timestamp. */
export function newToken(): string {
  return randomUUID();
}
