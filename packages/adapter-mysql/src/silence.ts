/** A server on whose answers calls may wait. */
export interface WatchedServer {
  /** Whether anything waits for an answer, or may. */
  readonly isAwaited: () => boolean;
  /** A number that changes whenever the server sends something. */
  readonly received: () => number;
  /** Whether the server answers to a new session, and is of use. Never rejects. */
  readonly isThere: () => Promise<boolean>;
  /** Called once, when it is neither heard on its sessions nor there. */
  readonly giveUp: () => void;
}

/**
 * Watches a server that is awaited: mysql2 waits for an answer without end, and an operating system for a quarter of an
 * hour. Call what it returns whenever a session is lent. It costs nothing while a watch is under way, and a timer otherwise.
 *
 * A session that is silent says little: its statement may take long, or it is idle in a host's transaction. So the server
 * is asked on a new one, and only if nothing has come from it for `everyMs`.
 */
export function silenceWatch(server: WatchedServer, everyMs: number): () => void {
  let isWatching = false;
  const look = async (before: number): Promise<void> => {
    if (!server.isAwaited()) {
      isWatching = false;
      return;
    }
    const isSilent = () => server.received() === before;
    if (isSilent() && !(await server.isThere()) && isSilent()) server.giveUp();
    else lookLater();
  };
  const lookLater = (): void => {
    const before = server.received();
    setTimeout(() => void look(before), everyMs).unref();
  };
  return () => {
    if (isWatching) return;
    isWatching = true;
    lookLater();
  };
}
