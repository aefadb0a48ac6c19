/** An event of a stream, or only the place that it stands at. */
export interface StreamEvent {
  /** `message` if it has no name, as for `EventSource`. */
  readonly name: string;
  /** Undefined if nothing was sent but an id: the stream has moved on without news. */
  readonly data: string | undefined;
  /** The last id that was sent, in this event or before. */
  readonly lastEventId: string;
}

export interface EventStreamReader {
  /** Takes the next bytes, wherever they were cut. Returns the events that they complete. */
  readonly read: (bytes: Uint8Array) => readonly StreamEvent[];
  /** How long the server wants clients to wait before they connect again, in milliseconds. */
  readonly retryMs: () => number | undefined;
}

/**
 * Reads server-sent events as the HTML standard says: lines end in LF, CR or CRLF; a line that begins with a colon is a
 * comment; a BOM at the very beginning is skipped; bytes that are not UTF-8 become U+FFFD, and do no harm to what follows.
 * An event that is not complete when the stream ends is dropped.
 */
export function createEventStreamReader(lastEventId = ""): EventStreamReader {
  // The decoder keeps a character that was cut, and skips the BOM.
  const decoder = new TextDecoder();
  const event = createEventBuffer(lastEventId);
  let rest = "";
  let endedInReturn = false;

  return {
    read(bytes) {
      let text = decoder.decode(bytes, { stream: true });
      if (text === "") return [];
      // The LF of a CRLF that was cut in between belongs to the line before.
      if (endedInReturn && text.startsWith("\n")) text = text.slice(1);
      endedInReturn = text.endsWith("\r");
      const lines = (rest + text).split(/\r\n|\r|\n/);
      rest = lines.pop() ?? "";
      return lines.flatMap((line) => event.line(line) ?? []);
    },
    retryMs: event.retryMs,
  };
}

function createEventBuffer(last: string) {
  let [id, name, retry] = [last, "", undefined as number | undefined];
  let data: string[] = [];
  let hasId = false;

  function field(key: string, value: string): void {
    if (key === "event") name = value;
    else if (key === "data") data.push(value);
    else if (key === "id" && !value.includes("\0")) [id, hasId] = [value, true];
    else if (key === "retry" && /^\d+$/.test(value)) retry = Number(value);
  }

  function dispatch(): StreamEvent | undefined {
    const isNothing = data.length === 0 && !hasId;
    const event = { name: name || "message", data: data.length === 0 ? undefined : data.join("\n"), lastEventId: id };
    [name, data, hasId] = ["", [], false];
    return isNothing ? undefined : event;
  }

  return {
    line(line: string): StreamEvent | undefined {
      if (line === "") return dispatch();
      const colon = line.indexOf(":");
      if (colon === 0) return undefined;
      const [key, value] = colon === -1 ? [line, ""] : [line.slice(0, colon), line.slice(colon + 1)];
      field(key, value.startsWith(" ") ? value.slice(1) : value);
      return undefined;
    },
    retryMs: () => retry,
  };
}
