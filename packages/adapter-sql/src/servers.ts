import { StorageError } from "@slotwright/core/adapter";

/** `scheme://user:password@`, the hosts with their ports, and the rest. */
const manyHosts = /^([a-z]+:\/\/(?:[^/?#]*@)?)([^/?#@]*,[^/?#@]*)((?:[/?#].*)?)$/i;

/** Takes a URL apart that names several servers: a URL for each. Drivers know only one. */
export function urlsOfServers(url: string): readonly string[] {
  const [, before, hosts, after] = manyHosts.exec(url.trim()) ?? [];
  if (hosts === undefined) return [url];
  return hosts.split(",").map((name) => `${before}${name}${after}`);
}

/** Whether a URL lists several servers and one has no name, because a variable was not set. */
export function lacksServer(url: string): boolean {
  const [, , hosts = "named"] = manyHosts.exec(url.trim()) ?? [];
  return hosts.split(",").some((name) => /^(:\d*)?$/.test(name));
}

/** Of several servers, the database is named after the last one, and the others by their hosts. */
export function databaseNameOfServers(names: readonly string[]): string {
  return names.map((name, place) => (place < names.length - 1 ? name.replace(/\/.*$/, "") : name)).join(",");
}

/** Servers of which one takes writes, or several do. */
export interface Servers<Session> {
  /** All of them, for messages. */
  readonly databaseName: string;
  readonly count: number;
  /** Lends a session on the server of this place. @throws {@link takesNoWrites}'s error if the server takes no writes */
  readonly lend: (place: number) => Promise<Session>;
  /** Whether the error is about the pool, so that no other server needs to be tried. */
  readonly isOfPool: (error: unknown) => boolean;
  /** Whether the error says only that the server did not answer in time. */
  readonly isSilence: (error: unknown) => boolean;
  /** The server that failed, if that may be another one than was asked for. */
  readonly placeOf?: (error: unknown) => number | undefined;
  /** What can be done if no server takes writes, and none takes over by itself. */
  readonly advice: string;
}

export interface ServersInTurn<Session> {
  /** The last that took writes, or the next to be tried. */
  readonly place: () => number;
  /** Tries one server after another, beginning with the last that took writes. */
  readonly lend: () => Promise<Session>;
  /** The next server is tried first from now on, unless that is so already. */
  readonly leave: (place: number) => void;
}

export function serversInTurn<Session>(servers: Servers<Session>): ServersInTurn<Session> {
  let place = 0;
  const leave = (left: number): void => {
    if (place === left) place = (left + 1) % servers.count;
  };
  const lend = async (): Promise<Session> => {
    const failures: unknown[] = [];
    const silent = new Set<number>();
    // A call that waited for another one's session may find that the place has moved on meanwhile. One that was silent
    // is not waited for again: with three of them, that would take longer than a call may.
    while (failures.length < 2 * servers.count && silent.size < servers.count) {
      while (silent.has(place)) leave(place);
      const tried = place;
      try {
        return await servers.lend(tried);
      } catch (error) {
        if (servers.isOfPool(error)) throw error;
        const failed = servers.placeOf?.(error) ?? tried;
        failures.push(error);
        if (servers.isSilence(error)) silent.add(failed);
        leave(failed);
      }
    }
    throw failures.some((error) => readOnlyServers.has(error as object))
      ? noneTakesWrites(servers, failures)
      : (failures.find((error) => !servers.isSilence(error)) ?? noneAnswers(servers, failures));
  };
  return { place: () => place, lend, leave };
}

const readOnlyServers = new WeakSet<object>();

/** What to throw for a server that answers, but takes no writes. */
export function takesNoWrites(cause?: unknown): Error {
  const error = new Error("The server takes no writes.", { cause });
  readOnlyServers.add(error);
  return error;
}

function noneTakesWrites(
  { databaseName, advice }: Pick<Servers<unknown>, "databaseName" | "advice">,
  failures: readonly unknown[],
): StorageError {
  const others = failures.filter((error) => !readOnlyServers.has(error as object));
  return new StorageError(
    "transient",
    `No server of the database ${databaseName} takes writes: those that answered are standbys, or read-only for this role. A failover may be under way. Nothing was changed; try again, and ${advice} if none takes over by itself.`,
    others[0],
  );
}

/** None of them was heard. */
function noneAnswers(
  { databaseName }: Pick<Servers<unknown>, "databaseName">,
  [first]: readonly unknown[],
): StorageError {
  return new StorageError(
    "unavailable",
    `No server of the database ${databaseName} answers. Nothing was changed; check that the servers run and are not overloaded, and check hosts and ports.`,
    first,
  );
}
