import type { MessageKind } from "./client-message.ts";
import { type AnswerReader, login, onePacket, preparation, results, rows } from "./mysql-answers.ts";
import { restrictGreeting, restrictLogin } from "./mysql-capabilities.ts";
import type { ClientPacket, Dialogue, Protocol } from "./protocol.ts";

/** The protocol of MySQL and MariaDB. */
export const mysqlProtocol: Protocol = { defaultPort: 3306, createDialogue };

/** A length of three bytes, and the packet's number within its exchange. */
const header = 4;
/** A packet of this size is continued by the next one. */
const full = 0xff_ff_ff;

/** The state of one connection. */
interface Session {
  readonly statements: Map<number, string>;
  /** Reads the answers that are still to come, the next one first. */
  readonly answers: AnswerReader[];
}

interface ProtocolCommand {
  readonly kind: MessageKind;
  sql?(session: Session, payload: Buffer): string | undefined;
  /** Reads the answer; `undefined` if there is none. */
  answer?(session: Session, payload: Buffer): AnswerReader;
}

const text = (_: Session, payload: Buffer): string => payload.toString("utf8", 1);

const commands: Readonly<Record<number, ProtocolCommand>> = {
  1: { kind: "quit" },
  3: { kind: "query", sql: text, answer: () => results },
  4: { kind: "other", answer: () => rows }, // the fields of a table
  17: { kind: "other", answer: () => login }, // another user
  22: {
    kind: "prepare",
    sql: text,
    answer: (session, payload) => preparation((id) => session.statements.set(id, text(session, payload))),
  },
  23: {
    kind: "execute",
    sql: ({ statements }, payload) => statements.get(payload.readUInt32LE(1)),
    answer: () => results,
  },
  24: { kind: "other" }, // a long parameter
  25: {
    kind: "close",
    // Its number is not used again on this connection.
    sql: ({ statements }, payload) => statements.get(payload.readUInt32LE(1)),
  },
  28: { kind: "other", answer: () => rows }, // more rows of a cursor
};
const otherCommand: ProtocolCommand = { kind: "other", answer: () => onePacket };

function createDialogue(): Dialogue {
  const session: Session = { statements: new Map(), answers: [] };
  let isGreeted = false;
  let hasLoggedIn = false;
  return {
    client: {
      lengthOf,
      read: (packet) => {
        if (hasLoggedIn) return readCommand(session, packet);
        hasLoggedIn = true;
        restrictLogin(packet);
        session.answers.push(login);
        return { type: "message", kind: "login", sql: undefined, isAnswered: true };
      },
    },
    server: {
      lengthOf,
      read: (packet) => {
        if (!isGreeted) restrictGreeting(packet);
        isGreeted = true;
        return readAnswer(session, packet);
      },
    },
  };
}

function lengthOf(bytes: Buffer): number {
  for (let end = 0; ; ) {
    if (bytes.length < end + header) return end + header;
    const length = bytes.readUIntLE(end, 3);
    end += header + length;
    if (length < full) return end;
  }
}

function payloadOf(packet: Buffer): Buffer {
  if (packet.readUIntLE(0, 3) < full) return packet.subarray(header);
  const payloads: Buffer[] = [];
  for (let from = 0; from < packet.length; from += header + full) {
    payloads.push(packet.subarray(from + header, from + header + full));
  }
  return Buffer.concat(payloads);
}

function readCommand(session: Session, packet: Buffer): ClientPacket {
  // A command begins a new exchange. Passwords, and files that the server asked for, continue the numbering.
  const isCommand = packet[3] === 0;
  if (!isCommand) return { type: "continuation" };
  const payload = payloadOf(packet);
  const { kind, sql, answer } = commands[payload[0] ?? 0] ?? otherCommand;
  const read = answer?.(session, payload);
  if (read !== undefined) session.answers.push(read);
  return { type: "message", kind, sql: sql?.(session, payload), isAnswered: read !== undefined };
}

function readAnswer({ answers }: Session, packet: Buffer) {
  const [read] = answers;
  if (read === undefined) return "begun";
  const { progress, next } = read(payloadOf(packet));
  if (progress === "ended") answers.shift();
  else answers[0] = next;
  return progress;
}
