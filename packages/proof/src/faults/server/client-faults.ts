import { setTimeout as sleep } from "node:timers/promises";
import { untilSo } from "../run.ts";
import type { ServerFault } from "./fault.ts";
import { onceCommitting } from "./network-faults.ts";

export const clientFaults: readonly ServerFault[] = [
  {
    key: "client.killed",
    title: "two of three client processes are killed with SIGKILL while commits are on",
    processes: { count: 3 },
    harm: async (scene, work) => {
      const { players } = work;
      const first = await onceCommitting(scene, work, 4);
      players[0]?.signal("SIGKILL");
      const second = await onceCommitting(scene, work, 4);
      players[1]?.signal("SIGKILL");
      return first + second;
    },
  },
  {
    key: "client.stopped",
    title: "a client process is stopped with SIGSTOP, and continued",
    processes: { count: 2 },
    harm: async (_, { players: [player], ended }) => {
      if (player === undefined) return 0;
      await untilSo(() => player.unanswered() > 0, ended);
      player.signal("SIGSTOP");
      await sleep(700);
      const stopped = player.unanswered();
      player.signal("SIGCONT");
      return stopped;
    },
  },
  {
    key: "client.clocks-jump",
    title: "the clocks of two client processes are an hour apart, and jump before each command",
    processes: { count: 2, clocksJump: true },
    // The processes count their jumps.
    harm: async () => 0,
  },
];
