import type { MessageKind } from "./client-message.ts";

/** Everything that the proxy knows about a database's protocol between client and server. */
export interface Protocol {
  readonly defaultPort: number;
  createDialogue(): Dialogue;
}

/** Reads the two streams of one connection, packet by packet and in order. A packet starts with its length. */
export interface Dialogue {
  readonly client: PacketReader<ClientPacket>;
  readonly server: PacketReader<AnswerProgress>;
}

/** Reads one stream. */
export interface PacketReader<Meaning> {
  /**
   * The size of the packet that these bytes begin. If there are too few to tell, returns how many are needed to
   * continue, which is more than there are.
   */
  lengthOf(bytes: Buffer): number;
  /** What a whole packet means. If the proxy must change a packet, it changes it in place. */
  read(packet: Buffer): Meaning;
}

/**
 * What a packet of the client is:
 *
 * - `part`: belongs to a message that is not complete yet.
 * - `message`: completes a message, or is one.
 * - `continuation`: more of a message that the server has begun to work on. Parts before it belong to it.
 * - `refused`: asks for something that the proxy cannot offer. The proxy answers it alone.
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
