/**
 * Cuts a stream of chunks into packets: a chunk may hold several, and a packet may take several chunks. The length of
 * a packet is asked for only when the one before it has been dealt with.
 */
export function createFramer(lengthOf: (bytes: Buffer) => number): (chunk: Buffer) => Iterable<Buffer> {
  let chunks: Buffer[] = [];
  let size = 0;
  let needed = 0;
  return function* packets(chunk) {
    chunks.push(chunk);
    size += chunk.length;
    // Joined only when there is enough: joining at every chunk takes for ever with large packets.
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
