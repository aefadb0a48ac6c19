import { StorageError } from "@slotwright/core/adapter";
import { silenceMemory } from "./silences.ts";

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
  /** The server of an error or a session, if that may be another one than was asked for. */
  readonly placeOf?: (answer: unknown) => number | undefined;
  /**
   * Whether it is in vain to wait in the queue of this server, which is silent: it has no session that could become free.
   * Left out if one queue is for all servers.
   */
  readonly isInVain?: (place: number) => boolean;
  /** Takes back a session that came too late. */
  readonly giveBack: (session: Session) => void;
  /** What can be done if no server takes writes, and none takes over by itself. */
  readonly advice: string;
}

export interface ServersInTurn<Session> {
  /** The last that took writes, or the next to be tried. */
  readonly place: () => number;
  /** Tries one server after another, beginning with the last that took writes. */
  readonly lend: () => Promise<Session>;
  /** The next server that was not silent lately is tried first from now on, unless another one is already. */
  readonly leave: (place: number) => void;
}

/** @param now In milliseconds. For tests. */
export function serversInTurn<Session>(
  servers: Servers<Session>,
  now: () => number = () => performance.now(),
): ServersInTurn<Session> {
  let place = 0;
  const silences = silenceMemory<Session>(now);
  /** Those after this one, beginning with the next. */
  const after = (left: number) => Array.from({ length: servers.count - 1 }, (_, n) => (left + 1 + n) % servers.count);
  const leave = (left: number, isSilent = silences.ofCall().isKnown): void => {
    if (place !== left) return;
    const others = after(left);
    place = others.find((one) => !isSilent(one)) ?? (others[0] as number);
  };
  const placeOf = (answer: unknown, tried: number): number => servers.placeOf?.(answer) ?? tried;
  const learn = (error: unknown, tried: number): void => {
    if (servers.isOfPool(error)) return;
    const failed = placeOf(error, tried);
    const isHeard = !servers.isSilence(error);
    if (isHeard) silences.forget(failed);
    else silences.note(failed, error);
    // If it is the only one that is heard, calls that wait are better off here.
    if (!(isHeard && after(failed).every(silences.ofCall().isKnown))) leave(failed);
  };
  const lend = async (): Promise<Session> => {
    const { isKnown, endsWait } = silences.ofCall();
    const areSilent = (): boolean => [0, ...after(0)].every(isKnown);
    const failures: unknown[] = [];
    // A call asks one server, whatever is known of all. One that was silent is not waited for again: with three of them,
    // that would take longer than a call may.
    for (let tries = 0; tries < 2 * servers.count && (tries === 0 || !areSilent()); tries += 1) {
      // A call that waited for another one's session may find that the place has moved on meanwhile.
      if (isKnown(place) && !areSilent()) leave(place, isKnown);
      const tried = place;
      try {
        const session = await silences.wait(servers.lend(tried), {
          isInVain: () => [0, ...after(0)].every(endsWait) || (endsWait(tried) && servers.isInVain?.(tried) === true),
          came: (lent) => silences.forget(placeOf(lent, tried)),
          failed: (error) => learn(error, tried),
          giveBack: servers.giveBack,
        });
        if (session !== undefined) return session;
      } catch (error) {
        if (servers.isOfPool(error)) throw error;
        failures.push(error);
      }
    }
    if (failures.some((error) => readOnlyServers.has(error as object))) throw noneTakesWrites(servers, failures);
    throw failures.find((error) => !servers.isSilence(error)) ?? noneAnswers(servers, failures[0] ?? silences.error());
  };
  return { place: () => place, lend, leave: (left) => leave(left) };
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
function noneAnswers({ databaseName }: Pick<Servers<unknown>, "databaseName">, silence: unknown): StorageError {
  return new StorageError(
    "unavailable",
    `No server of the database ${databaseName} answers. Nothing was changed; check that the servers run and are not overloaded, and check hosts and ports.`,
    silence,
  );
}
