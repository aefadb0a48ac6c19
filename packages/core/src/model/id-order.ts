/**
 * Sorts ids as every engine does: by code points, which is the order of their UTF-8 bytes. JavaScript compares UTF-16
 * units, and so puts characters beyond U+FFFF before some others. Some statements sort the rows that they lock, and
 * others get sorted ids. With two different orders they would deadlock.
 */
export function compareIds(a: string, b: string): number {
  const length = Math.min(a.length, b.length);
  for (let index = 0; index < length; index++) {
    const [left, right] = [a.charCodeAt(index), b.charCodeAt(index)];
    if (left !== right) return rank(left) - rank(right);
  }
  return a.length - b.length;
}

/** Halves of characters beyond U+FFFF go last. */
function rank(unit: number): number {
  const isHalf = unit >= 0xd800 && unit <= 0xdfff;
  return isHalf ? unit + 0x10000 : unit;
}
