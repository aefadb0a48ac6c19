import { once } from "node:events";
import { connect, createServer, type Server, type Socket } from "node:net";
import { createLine, type Line } from "../proxy/line.ts";
import { createParcels } from "../proxy/parcels.ts";

/** The ways on which the nodes of a cluster reach one another, and on which a node can be cut off. */
export interface Network {
  /** A port that leads to a node. Resolves with its number. */
  open(way: Way): Promise<number>;
  /** From now on, nothing gets through between this node and the others, as in a network partition: all is silent. */
  cut(place: number): void;
  /** Everything that was sent meanwhile gets through, in order, and new connections do, too. */
  heal(place: number): void;
  /** From now on, a message and its answer take so many milliseconds longer together. 0 ends that. */
  slow(roundTripMs: number): void;
  close(): void;
}

/** Where the others reach a node. */
export interface Way {
  readonly to: number;
  readonly host: string;
  /** 0 for any that is free. */
  readonly port: number;
  /** The node that a connection comes from. Undefined if it is from none of them, or over already. */
  readonly from: (visitor: Socket) => number | undefined | Promise<number | undefined>;
  /** Where the node listens, and the address that its visitor seems to come from. */
  readonly target: (from: number) => { readonly host: string; readonly port: number; readonly localAddress?: string };
}

interface Passage {
  readonly ends: readonly [from: number, to: number];
  readonly sockets: readonly Socket[];
  readonly lines: readonly Line[];
  releases: readonly (() => void)[];
}

export function createNetwork(): Network {
  const isCut = new Set<number>();
  const entrances: Server[] = [];
  const passages = new Set<Passage>();
  const parcels = createParcels();
  let delayMs = 0;
  /** What is on its way is not overtaken by what is sent when the delay has ended. */
  const delayed: Delay = (pass) => {
    if (delayMs === 0 && parcels.haveArrived()) pass();
    else parcels.send(delayMs, pass);
  };
  /** Holds what a cut forbids, and lets go of all others. */
  const adjust = (passage: Passage) => {
    const [from, to] = passage.ends;
    // A node that is cut off still reaches itself.
    const isHeld = from !== to && passage.ends.some((place) => isCut.has(place));
    if (isHeld === passage.releases.length > 0) return;
    for (const release of passage.releases) release();
    passage.releases = isHeld ? passage.lines.map((line) => line.hold()) : [];
  };
  const adjustAll = () => passages.forEach(adjust);
  const admit = async (way: Way, visitor: Socket) => {
    // The closing that follows makes anything further unnecessary.
    visitor.on("error", () => {});
    const from = await way.from(visitor);
    if (from === undefined || visitor.destroyed) return visitor.destroy();
    const node = connect({ ...way.target(from), noDelay: true });
    // A node's way to itself is no network.
    const delay: Delay = from === way.to ? (pass) => pass() : delayed;
    const lines = [join(visitor, node, delay), join(node, visitor, delay)];
    const passage: Passage = { ends: [from, way.to], sockets: [visitor, node], lines, releases: [] };
    passages.add(passage);
    adjust(passage);
    return Promise.all([visitor, node].map(closed)).then(() => passages.delete(passage));
  };
  return {
    async open(way) {
      const entrance = createServer({ noDelay: true }, (visitor) => void admit(way, visitor)).listen(
        way.port,
        way.host,
      );
      await once(entrance, "listening");
      // It must not hold up a program that has nothing else to do.
      entrance.unref();
      entrances.push(entrance);
      return (entrance.address() as { readonly port: number }).port;
    },
    cut(place) {
      isCut.add(place);
      adjustAll();
    },
    heal(place) {
      isCut.delete(place);
      adjustAll();
    },
    slow(roundTripMs) {
      delayMs = roundTripMs / 2;
    },
    close() {
      for (const entrance of entrances) entrance.close();
      for (const { sockets } of passages) for (const socket of sockets) socket.destroy();
    },
  };
}

type Delay = (pass: () => void) => void;

/** What one sends, the other receives, until one of them closes. */
function join(from: Socket, to: Socket, delayed: Delay): Line {
  const line = createLine(to);
  from.on("data", (chunk: Buffer) => delayed(() => line.send(chunk)));
  from.on("error", () => {});
  from.on("close", () => delayed(() => line.finish()));
  return line;
}

function closed(socket: Socket): Promise<void> {
  return new Promise((resolve) => socket.once("close", () => resolve()));
}
