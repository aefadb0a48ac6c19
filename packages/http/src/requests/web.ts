import { HttpError, isHttpError } from "../errors.ts";
import type { Incoming, Outgoing, OutgoingStream } from "./incoming.ts";

export function fromRequest(request: Request): Incoming {
  return {
    method: request.method,
    url: new URL(request.url),
    header: (name) => request.headers.get(name) ?? undefined,
    body: (maximum) => readText(request, maximum),
    request: () => request,
    signal: request.signal,
  };
}

async function readText({ body }: Request, maximum: number): Promise<string> {
  if (body === null) return "";
  const chunks: Uint8Array[] = [];
  let size = 0;
  const reader = body.getReader();
  try {
    for (let part = await reader.read(); !part.done; part = await reader.read()) {
      size += part.value.byteLength;
      if (size > maximum) throw new HttpError("payload_too_large", { maximum });
      chunks.push(part.value);
    }
  } catch (error) {
    // The rest of a body that is too large is not read.
    reader.cancel().catch(() => {});
    throw isHttpError(error) ? error : new HttpError("bad_request", {}, {}, error);
  }
  return textOf(chunks);
}

/** @throws HttpError `bad_request` if it is not UTF-8 */
export function textOf(chunks: readonly Uint8Array[]): string {
  try {
    return new TextDecoder("utf-8", { fatal: true }).decode(Buffer.concat(chunks));
  } catch (error) {
    throw new HttpError("bad_request", {}, {}, error);
  }
}

export function toResponse({ status, headers, body }: Outgoing, bufferBytes: number): Response {
  return new Response(typeof body === "function" ? readable(body, bufferBytes) : body, { status, headers });
}

/** The stream itself counts what waits to be read. A writer looks at it before each part. */
function readable(begin: OutgoingStream, bufferBytes: number): ReadableStream<Uint8Array> {
  const encoder = new TextEncoder();
  const closed: (() => void)[] = [];
  let isOpen = true;
  const close = () => {
    if (!isOpen) return;
    isOpen = false;
    for (const tell of closed) tell();
  };
  return new ReadableStream<Uint8Array>(
    {
      start(controller) {
        begin({
          write: (text) => isOpen && controller.enqueue(encoder.encode(text)),
          waiting: () => bufferBytes - (controller.desiredSize ?? bufferBytes),
          end() {
            if (isOpen) controller.close();
            close();
          },
          cut() {
            if (isOpen) controller.error(new Error("The reader did not keep up."));
            close();
          },
          onClose: (tell) => closed.push(tell),
        });
      },
      cancel: close,
    },
    new ByteLengthQueuingStrategy({ highWaterMark: bufferBytes }),
  );
}
