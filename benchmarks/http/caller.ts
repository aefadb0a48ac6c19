import { once } from "node:events";
import { connect, type Socket } from "node:net";

/** A caller on one connection that it keeps: of a client of HTTP, only as much as a measurement needs. */
export interface Caller {
  /** Sends a request, and resolves with the status of its answer. */
  readonly call: (method: string, path: string, body?: object) => Promise<number>;
  readonly close: () => void;
}

export async function createCaller(port: number, actor: string): Promise<Caller> {
  const socket = connect(port, "127.0.0.1").setNoDelay(true);
  await once(socket, "connect");
  let waiting: ((status: number) => void) | undefined;
  let received = "";
  socket.setEncoding("latin1");
  socket.on("data", (text: string) => {
    received += text;
    const head = received.indexOf("\r\n\r\n");
    if (head < 0) return;
    const length = Number(/\r\ncontent-length: (\d+)/i.exec(received.slice(0, head))?.[1] ?? 0);
    if (received.length < head + 4 + length) return;
    const status = Number(received.slice(9, 12));
    received = received.slice(head + 4 + length);
    waiting?.(status);
  });
  return {
    call(method, path, body) {
      const text = body === undefined ? "" : JSON.stringify(body);
      const type = body === undefined ? "" : `Content-Type: application/json\r\nContent-Length: ${text.length}\r\n`;
      socket.write(`${method} ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nX-Actor: ${actor}\r\n${type}\r\n${text}`);
      return new Promise((resolve) => {
        waiting = resolve;
      });
    },
    close: () => socket.destroy(),
  };
}

/** An open stream, of which is counted what comes. */
export interface OpenStream {
  readonly socket: Socket;
  /** Calls back with each text that comes. */
  readonly onText: (heard: (text: string) => void) => void;
}

/** Opens streams, and resolves once each has said that it has begun. */
export function openStreams(port: number, paths: readonly string[]): Promise<readonly OpenStream[]> {
  return Promise.all(
    paths.map(async (path): Promise<OpenStream> => {
      const socket = connect(port, "127.0.0.1");
      let heard = (_text: string): void => {};
      const begun = new Promise<void>((resolve) => {
        heard = (text) => {
          if (text.includes("event: started")) resolve();
        };
      });
      socket.setEncoding("latin1");
      socket.on("data", (text: string) => heard(text));
      socket.write(`GET ${path} HTTP/1.1\r\nHost: 127.0.0.1:${port}\r\nX-Actor: screen/one\r\n\r\n`);
      await begun;
      heard = () => {};
      return {
        socket,
        onText(tell) {
          heard = tell;
        },
      };
    }),
  );
}
