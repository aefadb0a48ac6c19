import { connect, createServer, type Server, type Socket } from "node:net";
import { parentPort, workerData } from "node:worker_threads";

/** What the proxy receives when it starts. */
export interface DelayOptions {
  readonly host: string;
  readonly port: number;
  /** Each way. */
  readonly delayMs: number;
}

interface Parcel {
  readonly due: number;
  readonly pass: () => void;
}

const { host, port, delayMs } = workerData as DelayOptions;

/** All are delayed equally long, so they are due in the order in which they came. */
const parcels: Parcel[] = [];
let isWaiting = false;

/** The longest time in milliseconds until a message is noticed. */
const sliceMs = 0.08;
const bell = new Int32Array(new SharedArrayBuffer(4));

/**
 * Node's timers have a resolution of whole milliseconds. Instead, the thread sleeps for slices of one while a message
 * is on its way, and checks for new ones in between. Spinning would take a processor away from what is measured.
 */
function passDue(): void {
  const now = performance.now();
  let passed = 0;
  for (const { due, pass } of parcels) {
    if (due > now) break;
    pass();
    passed += 1;
  }
  parcels.splice(0, passed);
  const next = parcels[0];
  isWaiting = next !== undefined;
  if (next === undefined) return;
  if (passed === 0) Atomics.wait(bell, 0, 0, Math.min(sliceMs, next.due - now));
  setImmediate(passDue);
}

function delayed(pass: () => void): void {
  parcels.push({ due: performance.now() + delayMs, pass });
  if (isWaiting) return;
  isWaiting = true;
  setImmediate(passDue);
}

function forward(from: Socket, to: Socket): void {
  from.on("data", (bytes) => delayed(() => void (to.writable && to.write(bytes))));
  from.on("error", () => to.destroy());
  from.on("close", () => delayed(() => to.destroySoon()));
}

const server: Server = createServer({ noDelay: true }, (client) => {
  const upstream = connect({ host, port, noDelay: true });
  forward(client, upstream);
  forward(upstream, client);
}).listen(0, "127.0.0.1", () => {
  const address = server.address();
  parentPort?.postMessage(typeof address === "object" ? address?.port : undefined);
});
