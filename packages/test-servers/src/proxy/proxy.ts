import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import type { ServerName } from "../engine.ts";
import type { TestServer } from "../test-server.ts";
import { createProxiedConnection, type ProxiedConnection } from "./connection.ts";
import { type ArmedFaults, createArmedFaults, type InjectedFault, type ProxyFault } from "./fault.ts";
import { mysqlProtocol } from "./mysql-protocol.ts";
import { postgresProtocol } from "./postgres-protocol.ts";
import type { Protocol } from "./protocol.ts";

/** The server behind a proxy: a {@link TestServer}, or the part of one that is used. */
export type ProxyTarget = Pick<TestServer, "engine" | "url">;

/**
 * Sits between clients and a database server on a loopback port, forwards what they send, and does harm at an exactly
 * chosen point. Connections are unencrypted, because the proxy must read them.
 */
export interface FaultProxy {
  /** A URL of the server, with the proxy's host and port instead of the server's. */
  url(url: string): string;
  /** Arms a fault. It strikes once. Several may be armed; the one that was injected first strikes a message. */
  inject(fault: ProxyFault): InjectedFault;
  /** How many clients are connected. */
  connections(): number;
  /** Closes all connections, on both sides. Returns how many clients were connected. */
  cutAll(): number;
  /**
   * Silence, as in a network partition. Nothing gets through on any connection in either direction, not even that the
   * other side has closed. New connections are accepted, and are silent as well.
   */
  pause(): void;
  /** Ends the silence. Everything that was sent during it gets through, in order. */
  resume(): void;
  /** New connections are refused from now on, as if nothing listened. Existing ones continue. */
  refuse(): void;
  /** Accepts new connections again, on the same port. */
  accept(): Promise<void>;
  /** Closes all connections, and releases everything. */
  close(): Promise<void>;
}

interface ProxyState {
  readonly host: string;
  readonly port: number;
  readonly protocol: Protocol;
  readonly faults: ArmedFaults;
  readonly connections: Set<ProxiedConnection>;
  connected: number;
  isPaused: boolean;
}

const protocols: Readonly<Record<ServerName, Protocol>> = {
  postgres: postgresProtocol,
  mysql: mysqlProtocol,
  mariadb: mysqlProtocol,
};

const loopback = "127.0.0.1";

/**
 * Starts a proxy in front of a server.
 *
 * ```ts
 * const proxy = await startProxy(server);
 * const fault = proxy.inject({ when: runs(/^insert/i), point: "after-forward", action: "cut" });
 * // … a client with proxy.url(database.url) inserts a row, and never hears that it did …
 * await fault.whenHit;
 * await proxy.close();
 * ```
 */
export async function startProxy({ engine, url }: ProxyTarget): Promise<FaultProxy> {
  const { hostname, port } = new URL(url);
  const protocol = protocols[engine];
  const state: ProxyState = {
    host: hostname.replace(/^\[(.*)\]$/, "$1"),
    port: Number(port || protocol.defaultPort),
    protocol,
    faults: createArmedFaults(),
    connections: new Set(),
    connected: 0,
    isPaused: false,
  };
  return proxyOf(state, await createEntrance((client) => admit(state, client)));
}

function admit(state: ProxyState, client: Socket): void {
  const { host, port, protocol, faults, connections } = state;
  state.connected += 1;
  const number = state.connected;
  const connection = createProxiedConnection({
    client,
    server: connect({ host, port, noDelay: true }),
    dialogue: protocol.createDialogue(),
    choose: (message) => faults.choose({ ...message, connection: number }),
  });
  if (state.isPaused) connection.pause();
  connections.add(connection);
  void connection.closed.then(() => connections.delete(connection));
}

function proxyOf(state: ProxyState, entrance: Entrance): FaultProxy {
  const { connections, faults } = state;
  const connected = (): number => [...connections].filter((connection) => connection.isClientOpen()).length;
  const cutAll = (): number => {
    const cut = connected();
    for (const connection of connections) void connection.destroy();
    return cut;
  };
  return {
    url: (url) => Object.assign(new URL(url), { hostname: loopback, port: `${entrance.port}` }).href,
    inject: faults.inject,
    connections: connected,
    cutAll,
    pause: () => {
      state.isPaused = true;
      for (const connection of connections) connection.pause();
    },
    resume: () => {
      state.isPaused = false;
      for (const connection of connections) connection.resume();
    },
    refuse: entrance.shut,
    accept: entrance.open,
    close: async () => {
      entrance.shut();
      cutAll();
      await Promise.all([...connections].map(({ closed }) => closed));
    },
  };
}

/** Where clients connect. */
interface Entrance {
  readonly port: number;
  open(): Promise<void>;
  shut(): void;
}

async function createEntrance(admitClient: (client: Socket) => void): Promise<Entrance> {
  let listener: Server | undefined = await listen(0, admitClient);
  const address = listener.address();
  if (address === null || typeof address === "string") throw new Error("No loopback port could be bound.");
  const { port } = address;
  return {
    port,
    open: async () => {
      listener ??= await listen(port, admitClient);
    },
    shut: () => {
      listener?.close();
      listener = undefined;
    },
  };
}

async function listen(port: number, admitClient: (client: Socket) => void): Promise<Server> {
  const listener = createServer({ noDelay: true }, admitClient).listen(port, loopback);
  await once(listener, "listening");
  return listener;
}
