import { spawn } from "node:child_process";
import type { RunFolder } from "../engine.ts";

/**
 * Reads words from us until its input ends, because we ended, however that was. Then it ends the server, unless that
 * had ended before (its id may be another process's by now), and removes the folders. Signals are not for the watchdog:
 * a Ctrl-C in the terminal must not take it away.
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
  /** The server ended; its folders remain the watchdog's to remove. */
  serverEnded(): void;
  /** We look after server and folders ourselves. */
  release(): void;
}

/**
 * Watches over a server and its folders, so that they never outlive us. A pipe tells the watchdog, because the system
 * closes it however we end; an exit handler would not run after SIGKILL.
 */
export function watchServer(pid: number, stopSignal: NodeJS.Signals, { path, elsewhere }: RunFolder): Watchdog {
  const words = ["-c", script, "slotwright-watchdog", `${pid}`, stopSignal.replace("SIG", ""), path];
  if (elsewhere !== undefined) words.push(elsewhere);
  const watchdog = spawn("/bin/sh", words, { detached: true, stdio: ["pipe", "ignore", "ignore"] });
  watchdog.stdin.on("error", () => {});
  // It must not hold up a program that has nothing else to do; the program's end then ends the server.
  watchdog.unref();
  (watchdog.stdin as unknown as { unref(): void }).unref();
  return {
    serverEnded: () => void watchdog.stdin.write("ended\n"),
    release: () => void watchdog.stdin.end("released\n"),
  };
}
