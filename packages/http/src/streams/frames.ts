/** Server-sent events as text. JSON has no line breaks, and a cursor is Base64. */
export interface SentEvent {
  readonly event: string;
  /** The cursor: `Last-Event-ID` when the client connects again. */
  readonly id?: string;
  readonly data: string;
}

export function frame({ event, id, data }: SentEvent): string {
  return `event: ${event}\n${id === undefined ? "" : `id: ${id}\n`}data: ${data}\n\n`;
}

/** How long a browser waits before it connects again, in milliseconds. */
export const retryFrame = "retry: 2000\n\n";

/** A sign of life. The cursor in it counts although it comes without an event. */
export const aliveFrame = (cursor: string): string => `: still here\nid: ${cursor}\n\n`;

/** Of entries that many streams are given, the text is made once. */
const texts = new WeakMap<readonly object[], string>();

export function changesFrame(entries: readonly object[], cursor: string): string {
  const known = texts.get(entries);
  const text = known ?? JSON.stringify(entries);
  if (known === undefined) texts.set(entries, text);
  return frame({ event: "changes", id: cursor, data: `{"entries":${text},"cursor":"${cursor}"}` });
}
