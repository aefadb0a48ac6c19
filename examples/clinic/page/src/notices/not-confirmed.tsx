import type { CommandUnderWay } from "@slotwright/client";
import { useClient, usePending } from "@slotwright/client/react";
import { useEffect, useState, useSyncExternalStore } from "react";
import { notConfirmed } from "./in-words.ts";

/** A command that is answered sooner than this needs no word. */
const patienceMs = 2_500;
/** What has failed for so long may be given up. Before, a second click on "Try now" could be meant for nothing else. */
const failingAtLeastMs = 10_000;

const lateAt = ({ at }: CommandUnderWay): number => at + patienceMs;
const hopelessAt = ({ failingSince }: CommandUnderWay): number =>
  (failingSince ?? Number.POSITIVE_INFINITY) + failingAtLeastMs;

/** Says which of the person's own commands have no answer yet: they are kept, and sent when the server can be reached. */
export function NotConfirmed() {
  const client = useClient();
  const pending = usePending();
  const isOffline = useIsOffline();
  const now = useNowAt(pending.flatMap((command) => [lateAt(command), hopelessAt(command)]));
  const late = pending.filter((command) => isOffline || lateAt(command) <= now);
  return (
    <div className="not-confirmed" role="status">
      {late.length > 0 && (
        <>
          <span className="not-confirmed-sign" aria-hidden="true">
            …
          </span>
          <p>
            {notConfirmed(late)}. {isOffline ? "You are offline." : "The server has not answered."} It is kept on this
            device, and will be sent once.
          </p>
          <div className="notice-actions">
            <button type="button" className="notice-action" onClick={client.retryNow}>
              Try now
            </button>
            <GiveUp commands={late.filter((command) => hopelessAt(command) <= now)} />
          </div>
        </>
      )}
    </div>
  );
}

/** Takes back what does not get through. It may have been done all the same, which is told then. */
function GiveUp({ commands }: { readonly commands: readonly CommandUnderWay[] }) {
  const client = useClient();
  if (commands.length === 0) return null;
  return (
    <button
      type="button"
      className="notice-action"
      onClick={() => {
        for (const { key } of commands) client.giveUp(key);
      }}
    >
      Give up
    </button>
  );
}

function useIsOffline(): boolean {
  return useSyncExternalStore(
    (listener) => {
      addEventListener("online", listener);
      addEventListener("offline", listener);
      return () => {
        removeEventListener("online", listener);
        removeEventListener("offline", listener);
      };
    },
    () => !navigator.onLine,
  );
}

/** What time it is, as of the latest of these instants that has passed. */
function useNowAt(instants: readonly number[]): number {
  const [now, setNow] = useState(Date.now);
  const next = Math.min(...instants.filter((instant) => instant > now));
  useEffect(() => {
    if (next === Number.POSITIVE_INFINITY) return;
    const timer = setTimeout(() => setNow(Date.now()), Math.max(0, next - Date.now()) + 20);
    return () => clearTimeout(timer);
  }, [next]);
  return now;
}
