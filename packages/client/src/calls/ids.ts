/** So many ids of one millisecond stay in the order in which they were made. */
const countPerMs = 0x1000;

/**
 * Makes UUIDv7s (RFC 9562): 48 bits of time, 12 that count within a millisecond, and 62 of randomness. They sort by when they
 * were made, and so they do when the clock is set back.
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
  const [first = 0, ...others] = crypto.getRandomValues(new Uint16Array(4));
  const at = hex(time, 12);
  const last = others.map((part) => hex(part, 4)).join("");
  return [at.slice(0, 8), at.slice(8), hex(0x7000 | count, 4), hex((first & 0x3fff) | 0x8000, 4), last].join("-");
}

const hex = (number: number, digits: number): string => number.toString(16).padStart(digits, "0");

/** A UUIDv7, for what a client creates. */
export const newId: () => string = createIdSource(Date.now);
