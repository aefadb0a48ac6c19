/** So many ids of one millisecond stay in the order in which they were made. */
const countPerMs = 0x1000;

/**
 * Makes UUIDv7s (RFC 9562): 48 bits of time, 12 that count within a millisecond, and 62 of randomness. They sort by when they
 * were made, which is the order of commands that a page has left, and so they do when the clock is set back.
 */
export function createIdSource(now: () => number): () => string {
  let [last, count] = [0, 0];
  return () => {
    const at = Math.max(now(), last);
    count = at === last ? count + 1 : 0;
    last = at + Math.floor(count / countPerMs);
    count %= countPerMs;
    return uuidOf(last, count);
  };
}

function uuidOf(time: number, count: number): string {
  const bytes = crypto.getRandomValues(new Uint8Array(16));
  for (let at = 0, rest = time; at < 6; at++, rest = Math.floor(rest / 256)) bytes[5 - at] = rest % 256;
  bytes[6] = 0x70 | (count >> 8);
  bytes[7] = count & 0xff;
  bytes[8] = ((bytes[8] as number) & 0x3f) | 0x80;
  const hex = Array.from(bytes, (byte) => byte.toString(16).padStart(2, "0")).join("");
  return `${hex.slice(0, 8)}-${hex.slice(8, 12)}-${hex.slice(12, 16)}-${hex.slice(16, 20)}-${hex.slice(20)}`;
}

/** A UUIDv7, for what a client creates. */
export const newId: () => string = createIdSource(Date.now);
