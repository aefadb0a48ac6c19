/**
 * A number of 32 bits for a text, spread evenly: FNV-1a (Fowler, Noll, Vo) over its UTF-16 units. Not for secrets.
 * @param basis What it begins with. Another one gives another number.
 */
export function fnv1a(text: string, basis = 0x811c9dc5): number {
  let hash = basis;
  for (let at = 0; at < text.length; at++) hash = Math.imul(hash ^ text.charCodeAt(at), 0x01000193);
  return hash >>> 0;
}
