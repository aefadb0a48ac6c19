/**
 * Sorts ids as every engine does: by code points, which is the order of the bytes of UTF-8. JavaScript compares UTF-16
 * units, and so puts characters beyond U+FFFF before some of the others. Rows are locked in the order of their ids, by
 * statements that sort as by those whose ids come sorted: with two orders, they would deadlock.
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
