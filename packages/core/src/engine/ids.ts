import { randomFillSync, randomUUID } from "node:crypto";
import { v7 } from "uuid";

const idBytes = 16;
const idsAtOnce = 256;

/**
 * UUIDv7s. Randomness is drawn for 256 of them at a time, because a system call for each costs more than the rest. Thousands of
 * slots are created at once, so nothing is allocated beside the text.
 */
export function createIdSource(): () => string {
  const pool = new Uint8Array(idBytes * idsAtOnce);
  const parts = Array.from({ length: idsAtOnce }, (_, index) => ({
    random: pool.subarray(index * idBytes, (index + 1) * idBytes),
  }));
  const bytes = new Uint8Array(idBytes);
  const text = createHexText();
  let used = idsAtOnce;
  return () => {
    if (used === idsAtOnce) {
      randomFillSync(pool);
      used = 0;
    }
    v7(parts[used], bytes);
    used += 1;
    return text(bytes);
  };
}

/** Where each byte is in the text of a UUID. */
const places = [0, 2, 4, 6, 9, 11, 14, 16, 19, 21, 24, 26, 28, 30, 32, 34] as const;

/** Writes the bytes of a UUID in the usual form. */
function createHexText(): (bytes: Uint8Array) => string {
  const digits = Buffer.from("0123456789abcdef");
  const text = Buffer.alloc(36, "-");
  return (bytes) => {
    for (let index = 0; index < idBytes; index += 1) {
      const byte = bytes[index] as number;
      const place = places[index] as number;
      text[place] = digits[byte >> 4] as number;
      text[place + 1] = digits[byte & 15] as number;
    }
    return text.toString("latin1");
  };
}

/** A secret: 122 random bits, without a timestamp. */
export function newToken(): string {
  return randomUUID();
}
