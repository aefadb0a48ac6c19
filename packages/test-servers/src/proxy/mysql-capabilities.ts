/** Capabilities that would change or hide the packets that the proxy reads. The proxy conceals them from both sides. */
const notOffered = {
  compress: 1 << 5,
  ssl: 1 << 11,
  deprecateEof: 1 << 24,
  optionalMetadata: 1 << 25,
  zstd: 1 << 26,
  queryAttributes: 1 << 27,
};
const notOfferedFlags = Object.values(notOffered).reduce((flags, flag) => flags | flag);

/** MariaDB's own: answers without a description of their columns, and progress reports within an answer. */
const notOfferedByMariadb = 0x11;
/** MariaDB's own flags are present only if this flag is not. */
const notMariadb = 1;

const header = 4;

/** Removes the unsupported capabilities from the packet with which the server greets the client. */
export function restrictGreeting(packet: Buffer): void {
  const isError = packet[header] === 0xff;
  if (isError) return;
  // The versions of the protocol and of the server are followed by the thread's id and 8 bytes of a challenge, ended by
  // a zero.
  const low = packet.indexOf(0, header + 1) + 1 + 4 + 8 + 1;
  // Between the two halves of the flags are character set and status.
  const high = low + 2 + 3;
  const own = high + 2 + 1 + 6;
  if (packet.length < own + 4) return;
  packet.writeUInt16LE(packet.readUInt16LE(low) & ~notOfferedFlags & 0xffff, low);
  packet.writeUInt16LE(packet.readUInt16LE(high) & ~(notOfferedFlags >>> 16) & 0xffff, high);
  if ((packet.readUInt16LE(low) & notMariadb) === 0) clear(packet, own, notOfferedByMariadb);
}

/** Some clients, including mysql2, claim capabilities that the server did not offer, and then work without them. */
export function restrictLogin(packet: Buffer): void {
  clear(packet, header, notOfferedFlags);
}

function clear(packet: Buffer, at: number, flags: number): void {
  packet.writeUInt32LE((packet.readUInt32LE(at) & ~flags) >>> 0, at);
}
