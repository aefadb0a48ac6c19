import { adapterClosed, serversInTurn, takesNoWrites } from "@slotwright/adapter-sql";
import { isStorageError } from "@slotwright/core/adapter";
import { coreOf, type LoneConnection, type MysqlPool, type MysqlPoolConnection } from "./connection.ts";
import { hasTimedOut, isOutOfCluster, isPoolEnded, isPoolExhausted } from "./errors.ts";
import { abandon, surviveLoss } from "./lost-connections.ts";
import { noAnswer, openSessions } from "./open-sessions.ts";
import { stateOf } from "./pool-state.ts";
import { silenceWatch, type WatchedServer } from "./silence.ts";

/** How long, in milliseconds, one of several servers may take to open a session, and then to say what it is. */
export const patience = 2_000;

export interface OwnPool extends MysqlPool {
  end(): Promise<void>;
}

/** Sessions on a server that takes writes, whichever it is. */
export interface PrimaryPool {
  /** The pool of the server that took writes last. Each server has one of its own, which is opened when it is tried. */
  readonly current: () => OwnPool | undefined;
  /** Lends a session. A new one is tried on each server in turn, beginning with the last that took writes. */
  readonly lend: () => Promise<MysqlPoolConnection>;
  /** The server of this session is not tried first from now on, if there is another one. */
  readonly leave: (driver: MysqlPoolConnection) => void;
  readonly end: () => Promise<unknown>;
}

/** How a server is reached. */
export interface Reach {
  readonly open: (uri: string) => OwnPool;
  /**
   * Whether the server takes writes on a new session, which no pool keeps. One that does not may never answer the others: a
   * member that its group has expelled forgets sessions that wait for the group. Never rejects.
   */
  readonly isThere: (uri: string) => Promise<boolean>;
}

/** One of the servers, from when it is first tried until it falls silent. */
interface Server {
  readonly pool: OwnPool;
  /** To be called whenever a session is lent. */
  readonly watch: () => void;
}

/** @param databaseName For messages. */
export function primaryPool(uris: readonly string[], databaseName: string, reach: Reach): PrimaryPool {
  const opened = new Map<number, Server>();
  let isEnded = false;
  const serverOf = (place: number): Server => {
    // A call may still look for a server. Nobody would end what it opened.
    if (isEnded) throw adapterClosed(databaseName);
    const leave = () => {
      opened.delete(place);
      servers.leave(place);
    };
    const server = opened.get(place) ?? openServer(uris[place] as string, reach, { isEnded: () => isEnded, leave });
    opened.set(place, server);
    return server;
  };
  /** The servers of sessions that were found to take writes. */
  const places = new WeakMap<object, number>();
  const servers = serversInTurn({
    databaseName,
    count: uris.length,
    lend: async (place) => {
      const { pool, watch } = serverOf(place);
      watch();
      const driver = await connect(pool, () => isEnded);
      // It may have ended while there was no session.
      watch();
      if (!places.has(coreOf(driver))) await refuseReadOnly(driver);
      places.set(coreOf(driver), place);
      return driver;
    },
    isOfPool: (error) => isPoolExhausted(error) || isPoolEnded(error) || isStorageError(error, "misused"),
    isSilence: hasTimedOut,
    advice: "see to it that one takes over",
  });
  return {
    current: () => opened.get(servers.place())?.pool,
    lend: servers.lend,
    leave: (driver) => servers.leave(places.get(coreOf(driver)) as number),
    end: () => {
      isEnded = true;
      // A server that is gone does not answer to the end of its sessions, or answers with an error.
      return Promise.allSettled([...opened.values()].map(({ pool }) => pool.end()));
    },
  };
}

interface Servers {
  readonly isEnded: () => boolean;
  /** The next call tries another server. */
  readonly leave: () => void;
}

/** Opens the pool of a server, and gives it up when the server does not answer: what waits there then fails. */
function openServer(uri: string, { open, isThere }: Reach, { isEnded, leave }: Servers): Server {
  const pool = open(uri);
  const sessions = openSessions(pool);
  const watched: WatchedServer = {
    // An ended pool takes no sessions back.
    isAwaited: () => sessions.count() > 0 && (isEnded() || stateOf(pool).inUse !== 0),
    received: sessions.received,
    isThere: () => isThere(uri),
    giveUp: () => {
      leave();
      pool.end().catch(() => {});
      sessions.abandon();
    },
  };
  return { pool, watch: silenceWatch(watched, patience) };
}

async function connect(pool: OwnPool, isEnded: () => boolean): Promise<MysqlPoolConnection> {
  try {
    return await pool.getConnection();
  } catch (error) {
    // The pool's server was given up while the call waited for a session.
    if (isPoolEnded(error) && !isEnded()) throw noAnswer();
    throw meant(error);
  }
}

/** A server that is not in its cluster takes no writes, whatever else it says. */
const meant = (error: unknown): unknown => (isOutOfCluster(error) ? takesNoWrites(error) : error);

/**
 * A member of a group, or a standby, that takes no writes is read-only for everybody. A node of Galera is not, also when
 * it is not part of its cluster, and then refuses statements that name a table. SHOW knows no missing names.
 */
const settings = "show global variables where variable_name in ('read_only', 'wsrep_on')";
const readiness = "show global status where variable_name = 'wsrep_ready'";

/** @throws StorageError or the driver's error, and the session is abandoned */
export async function refuseReadOnly(driver: LoneConnection): Promise<void> {
  surviveLoss(driver);
  try {
    const { read_only, wsrep_on } = await shownBy(driver, settings);
    if (read_only !== "OFF") throw takesNoWrites();
    if (wsrep_on === "ON" && (await shownBy(driver, readiness)).wsrep_ready !== "ON") throw takesNoWrites();
  } catch (error) {
    abandon(driver);
    throw meant(error);
  }
}

type Shown = Readonly<Record<string, string | undefined>>;

async function shownBy(driver: LoneConnection, sql: string): Promise<Shown> {
  const options = { sql, timeout: patience, rowsAsArray: true, nestTables: false };
  const [rows] = (await driver.query(options as never)) as readonly [readonly (readonly [string, string])[]];
  return Object.fromEntries(rows);
}
