import type { MessageKind } from "./client-message.ts";

/** All that the proxy knows about a database's protocol between client and server. */
export interface Protocol {
  readonly defaultPort: number;
  createDialogue(): Dialogue;
}

/** Reads the two streams of one connection, packet by packet and in order. Packets are what has a length in front. */
export interface Dialogue {
  readonly client: PacketReader<ClientPacket>;
  readonly server: PacketReader<AnswerProgress>;
}

/** Reads one stream. */
export interface PacketReader<Meaning> {
  /**
   * How many bytes the packet has that these bytes begin with. Where they are too few to tell: how many are needed to
   * get further, which is more than there are.
   */
  lengthOf(bytes: Buffer): number;
  /** What a whole packet means. A packet in which the proxy must change something is changed in place. */
  read(packet: Buffer): Meaning;
}

/**
 * What a packet of the client is:
 *
 * - `part`: of a message that is not complete yet.
 * - `message`: it completes a message, or is one.
 * - `continuation`: more of a message that the server has begun to work on. Parts before it go with it.
 * - `refused`: it asks for what the proxy cannot offer, and is answered by the proxy alone.
 */
export type ClientPacket =
  | { readonly type: "part" | "continuation" }
  | { readonly type: "refused"; readonly answer: Buffer }
  | {
      readonly type: "message";
      readonly kind: MessageKind;
      readonly sql: string | undefined;
      readonly isAnswered: boolean;
    };

/**
 * How far the answer is after a packet of the server: `ended`, `waiting` for more of the client's message, or `begun`.
 * Answers come in the order of the messages.
 */
export type AnswerProgress = "begun" | "waiting" | "ended";
