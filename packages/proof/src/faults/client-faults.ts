import { setTimeout as sleep } from "node:timers/promises";
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
    harm: async (_, { players }) => {
      await sleep(20);
      players[0]?.signal("SIGSTOP");
      await sleep(700);
      players[0]?.signal("SIGCONT");
      return 1;
    },
  },
  {
    key: "client.clocks-jump",
    title: "the clocks of two client processes are an hour apart, and jump before each command",
    processes: { count: 2, clocksJump: true },
    harm: async () => 1,
  },
];
