import type { MessageKind } from "./client-message.ts";
import type { AnswerProgress, ClientPacket, Dialogue, Protocol } from "./protocol.ts";

/** PostgreSQL's protocol, version 3. */
export const postgresProtocol: Protocol = { defaultPort: 5432, createDialogue };

/** Replaces the version in a first packet that is not a start-up. */
const cancelRequest = 80877102;
const encryptionRequests: readonly number[] = [80877103, 80877104];

/** Codes of an authentication packet that require nothing from the client. */
const authenticated = 0;
const saslFinal = 12;

function createDialogue(): Dialogue {
  let isStarted = false;
  const readTyped = createMessageReader();
  return {
    client: {
      lengthOf: (bytes) => (isStarted ? typedLength(bytes) : startupLength(bytes)),
      read: (packet) => {
        if (isStarted) return readTyped(packet);
        const code = packet.readInt32BE(4);
        // It must be unencrypted, or the proxy could not read anything.
        if (encryptionRequests.includes(code)) return { type: "refused", answer: Buffer.from("N") };
        isStarted = true;
        return code === cancelRequest ? message("cancel", undefined, false) : message("login");
      },
    },
    server: { lengthOf: typedLength, read: readAnswer },
  };
}

function startupLength(bytes: Buffer): number {
  return bytes.length < 8 ? 8 : Math.max(8, bytes.readInt32BE(0));
}

/** A type of one byte, and a length that counts itself and what follows. */
function typedLength(bytes: Buffer): number {
  return bytes.length < 5 ? 5 : Math.max(5, bytes.readInt32BE(1) + 1);
}

function message(kind: MessageKind, sql?: string, isAnswered = true): ClientPacket {
  return { type: "message", kind, sql, isAnswered };
}

/** The parts of a message up to its `Sync`, and the names that the client has given to statements and portals. */
interface NamedStatements {
  readonly statements: Map<string, string>;
  /** The SQL of the statement that a portal was made from. */
  readonly portals: Map<string, string | undefined>;
  executed: (string | undefined)[];
  prepared: string | undefined;
  hasClosed: boolean;
}

type PartReader = (names: NamedStatements, read: () => string) => void;

const parts: Readonly<Record<string, PartReader>> = {
  P: (names, read) => {
    const name = read();
    names.prepared = read();
    names.statements.set(name, names.prepared);
  },
  B: (names, read) => {
    const portal = read();
    names.portals.set(portal, names.statements.get(read()));
  },
  E: (names, read) => void names.executed.push(names.portals.get(read())),
  C: (names, read) => {
    const target = read();
    names.hasClosed = true;
    if (target.startsWith("S")) names.statements.delete(target.slice(1));
    else names.portals.delete(target.slice(1));
  },
  D: () => {},
};

const sync = "S";
/**
 * More input for a running statement: a password, or data of a COPY. Flush is included, because its sender waits before
 * it syncs.
 */
const continuations = ["p", "d", "c", "f", "H"];

function createMessageReader(): (packet: Buffer) => ClientPacket {
  const names: NamedStatements = {
    statements: new Map(),
    portals: new Map(),
    executed: [],
    prepared: undefined,
    hasClosed: false,
  };
  return (packet) => {
    const type = packet.toString("latin1", 0, 1);
    const part = parts[type];
    if (part !== undefined) {
      part(names, textReader(packet));
      return { type: "part" };
    }
    if (continuations.includes(type)) return { type: "continuation" };
    if (type === "Q") return message("query", textReader(packet)());
    if (type === "X") return message("quit", undefined, false);
    return type === sync ? synced(names) : message("other");
  };
}

/** Reads texts that end with a zero byte, one after another. */
function textReader(packet: Buffer): () => string {
  let from = 5;
  return () => {
    const end = packet.indexOf(0, from);
    const text = packet.toString("utf8", from, end < 0 ? packet.length : end);
    from = end + 1;
    return text;
  };
}

function synced(names: NamedStatements): ClientPacket {
  const { executed, prepared, hasClosed } = names;
  Object.assign(names, { executed: [], prepared: undefined, hasClosed: false });
  if (executed.length > 0) {
    const known = executed.filter((sql) => sql !== undefined);
    return message("execute", known.length > 0 ? known.join(";\n") : undefined);
  }
  if (prepared !== undefined) return message("prepare", prepared);
  return message(hasClosed ? "close" : "other");
}

function readAnswer(packet: Buffer): AnswerProgress {
  const type = packet.toString("latin1", 0, 1);
  if (type === "Z") return "ended";
  // COPY asks for data, in one direction or in both.
  if (type === "G" || type === "W") return "waiting";
  if (type !== "R") return "begun";
  const code = packet.readInt32BE(5);
  return code === authenticated || code === saslFinal ? "begun" : "waiting";
}
