import { connect, createServer, type Server, type Socket } from "node:net";
import { parentPort, workerData } from "node:worker_threads";
import { createParcels } from "@slotwright/test-servers/proxy";

/** What the proxy receives when it starts. */
export interface DelayOptions {
  readonly host: string;
  readonly port: number;
  /** Each way. */
  readonly delayMs: number;
}

const { host, port, delayMs } = workerData as DelayOptions;

const parcels = createParcels();
const delayed = (pass: () => void) => parcels.send(delayMs, pass);

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
