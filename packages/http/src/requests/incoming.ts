/** A request, as much of it as is used: a web-standard `Request`, or one of Node's own. */
export interface Incoming {
  readonly method: string;
  /** Scheme and host are those that the client named. */
  readonly url: URL;
  readonly header: (name: string) => string | undefined;
  /** @throws HttpError `payload_too_large`, `bad_request` */
  readonly body: (maximum: number) => Promise<string>;
  /** The web-standard request, for functions of the host. */
  readonly request: () => Request;
  /** Aborted when the client has gone. */
  readonly signal: AbortSignal;
}

/** What is answered. */
export interface Outgoing {
  readonly status: number;
  readonly headers: Readonly<Record<string, string>>;
  /** A text, or a stream of texts. Null if there is no body. */
  readonly body: string | OutgoingStream | null;
}

/** Begins to write once the headers are sent. */
export type OutgoingStream = (sink: Sink) => void;

/** Where a stream is written to. */
export interface Sink {
  readonly write: (text: string) => void;
  /** How many bytes wait for the client to read them. */
  readonly waiting: () => number;
  /** Ends the stream after what waits. */
  readonly end: () => void;
  /** Cuts the connection: what waits is dropped. */
  readonly cut: () => void;
  /** Called once the client has gone, or the stream has ended. */
  readonly onClose: (closed: () => void) => void;
}
