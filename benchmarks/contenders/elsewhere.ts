import { fork } from "node:child_process";
import { once } from "node:events";
import { join } from "node:path";
import type { EngineName } from "@slotwright/lab/engines";
import type { ContenderName } from "./contender.ts";
import type { Listening, News } from "./listening.ts";

/** Where a process listens to what happens on a contender's database. */
export interface ListeningPost {
  readonly engine: EngineName;
  readonly contender: ContenderName;
  /** A URL or a file. */
  readonly address: string;
}

/** What the process receives. */
export interface ListeningOrder extends ListeningPost {
  readonly pollMs: number;
}

/** What the process sends first. News follow. */
export const isListening = "listening";

/** The same as `listen`, in a process of its own. */
export async function listenElsewhere(order: ListeningOrder, tell: (news: News) => void): Promise<Listening> {
  const child = fork(join(import.meta.dirname, "listening-process.ts"), {
    stdio: ["ignore", "ignore", "inherit", "ipc"],
  });
  const ended = once(child, "exit");
  child.send(order);
  const [first] = await Promise.race([once(child, "message"), ended]);
  if (first !== isListening) throw new Error(`The process that was to listen ended with status ${first}.`);
  child.on("message", (news) => tell(news as News));
  return {
    async close() {
      if (child.connected) child.disconnect();
      const [status] = await ended;
      if (status !== 0) throw new Error(`The process that listened ended with status ${status}.`);
    },
  };
}
