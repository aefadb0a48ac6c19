/** Alike except for capitals and what joins words, or for one letter too few or too many. */
export function isLike(key: string, field: string): boolean {
  const [a, b] = [plain(key), plain(field)];
  const [long, short] = a.length > b.length ? [a, b] : [b, a];
  if (long.length - short.length > 1) return false;
  if (long.length === short.length) return long === short;
  return short.length > 2 && Array.from(long, (_, at) => long.slice(0, at) + long.slice(at + 1)).includes(short);
}

const plain = (name: string): string => name.slice(0, longestName).replaceAll(/[-_ ]/g, "").toLowerCase();

/** Longer than any field name. */
const longestName = 40;
