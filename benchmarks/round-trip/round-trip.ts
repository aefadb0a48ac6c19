import { once } from "node:events";
import { connect, createServer, type Socket } from "node:net";
import { percentile } from "../measuring/statistics.ts";
import { startDelayProxy } from "./delay-proxy.ts";

/** What a proxy actually adds to a round trip, in milliseconds, on a computer that is otherwise idle. */
export interface AddedRoundTrip {
  readonly wantedMs: number;
  /** The delay in each direction, chosen so that the total comes to what is wanted. */
  readonly delayMs: number;
  readonly p50Ms: number;
  readonly p95Ms: number;
}

const samples = 300;

/** Finds the delay with which a proxy adds what is wanted. Forwarding takes time by itself. */
export async function calibrate(wantedMs: number): Promise<AddedRoundTrip> {
  const first = await addedBy(wantedMs / 2);
  const delayMs = Math.max(0, wantedMs / 2 - (first.p50Ms - wantedMs) / 2);
  return { wantedMs, delayMs, ...(await addedBy(delayMs)) };
}

/** Compares round trips to an echo, with and without a proxy in between. */
export async function addedBy(delayMs: number): Promise<Pick<AddedRoundTrip, "p50Ms" | "p95Ms">> {
  const echo = createServer({ noDelay: true }, (socket) => void socket.pipe(socket)).listen(0, "127.0.0.1");
  await once(echo, "listening");
  const address = echo.address();
  const port = typeof address === "object" ? (address?.port ?? 0) : 0;
  const proxy = await startDelayProxy(`tcp://127.0.0.1:${port}`, delayMs);
  try {
    const direct = percentile(await roundTrips(port), 0.5);
    const delayed = await roundTrips(proxy.port);
    return { p50Ms: percentile(delayed, 0.5) - direct, p95Ms: percentile(delayed, 0.95) - direct };
  } finally {
    await proxy.close();
    echo.close();
  }
}

async function roundTrips(port: number): Promise<readonly number[]> {
  const socket: Socket = connect({ port, host: "127.0.0.1", noDelay: true });
  await once(socket, "connect");
  const times: number[] = [];
  for (let sample = 0; sample < samples; sample += 1) {
    const started = performance.now();
    socket.write("x");
    await once(socket, "data");
    times.push(performance.now() - started);
  }
  socket.destroy();
  return times.slice(samples / 3);
}
