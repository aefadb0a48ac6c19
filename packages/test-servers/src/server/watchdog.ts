import { spawn } from "node:child_process";
import type { RunFolder } from "../engine.ts";

/**
 * Reads words from us until its input ends, because we ended for any reason. Then it ends the server and removes the
 * folders. It does not end a server that had already ended, because its id may belong to another process by now. It
 * ignores signals: a Ctrl-C in the terminal must not end the watchdog.
 */
const script = `
trap '' HUP INT TERM
server=$1
signal=$2
shift 2
while read -r word; do
  case $word in
    released) exit 0 ;;
    ended) server= ;;
  esac
done
if [ -n "$server" ]; then
  kill -s "$signal" "$server"
  kill -s CONT "$server"
  tries=0
  while kill -s 0 "$server" && [ "$tries" -lt 50 ]; do tries=$((tries + 1)); sleep 0.1; done
  kill -s KILL "$server"
fi
rm -rf "$@"
`;

export interface Watchdog {
  /** The server has ended. The watchdog still removes its folders. */
  serverEnded(): void;
  /** We take care of server and folders ourselves. */
  release(): void;
}

/**
 * Watches a server and its folders, so that they never outlive us. A pipe informs the watchdog, because the system
 * closes it however we end. An exit handler would not run after SIGKILL.
 */
export function watchServer(pid: number, stopSignal: NodeJS.Signals, { path, elsewhere }: RunFolder): Watchdog {
  const words = ["-c", script, "slotwright-watchdog", `${pid}`, stopSignal.replace("SIG", ""), path];
  if (elsewhere !== undefined) words.push(elsewhere);
  const watchdog = spawn("/bin/sh", words, { detached: true, stdio: ["pipe", "ignore", "ignore"] });
  watchdog.stdin.on("error", () => {});
  // It must not hold up a program that has nothing else to do. The program's end then ends the server.
  watchdog.unref();
  (watchdog.stdin as unknown as { unref(): void }).unref();
  return {
    serverEnded: () => void watchdog.stdin.write("ended\n"),
    release: () => void watchdog.stdin.end("released\n"),
  };
}
