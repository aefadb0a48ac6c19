/**
 * Cuts a stream of chunks into packets: a chunk may hold several, and a packet may span several chunks. The length of a
 * packet is requested only when the previous one has been handled.
 */
export function createFramer(lengthOf: (bytes: Buffer) => number): (chunk: Buffer) => Iterable<Buffer> {
  let chunks: Buffer[] = [];
  let size = 0;
  let needed = 0;
  return function* packets(chunk) {
    chunks.push(chunk);
    size += chunk.length;
    // Joined only when there is enough, because joining at every chunk is far too slow for large packets.
    if (size < needed) return;
    let rest = Buffer.concat(chunks);
    for (needed = lengthOf(rest); needed <= rest.length; needed = lengthOf(rest)) {
      const packet = rest.subarray(0, needed);
      rest = rest.subarray(needed);
      yield packet;
    }
    chunks = [rest];
    size = rest.length;
  };
}
