import { once } from "node:events";
import { Worker } from "node:worker_threads";
import type { DelayOptions } from "./delay-worker.ts";

/** Sits between clients and a server on a loopback port, and delays their messages by a constant time. */
export interface DelayProxy {
  /** A URL of the server, with the proxy's host and port instead of the server's. */
  readonly url: (url: string) => string;
  readonly port: number;
  readonly close: () => Promise<void>;
}

const defaultPorts: Readonly<Record<string, number>> = { "postgres:": 5432, "postgresql:": 5432 };

/** Runs in a thread of its own, so that it keeps time while the callers work. */
export async function startDelayProxy(target: string, delayMs: number): Promise<DelayProxy> {
  const { hostname, port, protocol } = new URL(target);
  const host = hostname.replace(/^\[(.*)\]$/, "$1");
  const options: DelayOptions = { host, port: Number(port || (defaultPorts[protocol] ?? 3306)), delayMs };
  const worker = new Worker(new URL("./delay-worker.ts", import.meta.url), { workerData: options });
  const [listening] = (await once(worker, "message")) as [number];
  return {
    url: (url) => Object.assign(new URL(url), { hostname: "127.0.0.1", port: String(listening) }).href,
    port: listening,
    close: async () => void (await worker.terminate()),
  };
}
