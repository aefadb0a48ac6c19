import { setTimeout as sleep } from "node:timers/promises";
import type { ServerFault } from "./fault.ts";
import { onceCommitting, onceCommittingUnheard } from "./network-faults.ts";

/** Milliseconds in which the callers are well on their way. */
const start = 20;
const lasting = 700;

export const serverFaults: readonly ServerFault[] = [
  {
    key: "server.killed",
    title: "the server is killed while it commits, and started again",
    harm: async (scene, work) => {
      const { server, proxy } = scene;
      const struck = await onceCommittingUnheard(scene, work, 5);
      await server.process.kill();
      proxy.cutAll();
      await sleep(lasting);
      await server.process.restart();
      return struck;
    },
  },
  {
    key: "server.restarted",
    title: "the server is shut down in order, and started again",
    harm: async ({ server }) => {
      await sleep(start);
      await server.process.restart();
      return 1;
    },
  },
  {
    key: "server.stopped",
    title: "the server is stopped with SIGSTOP, and continued",
    harm: async ({ server }) => {
      await sleep(start);
      await server.process.pause();
      await sleep(lasting);
      await server.process.resume();
      return 1;
    },
  },
  {
    key: "server.backends-terminated",
    title: "an administrator terminates all connections while commits are on, or just were, three times",
    harm: async (scene, work) => {
      const { administration, administrator, proxy } = scene;
      const connection = await administrator();
      let terminated = 0;
      for (let round = 0; round < 3; round++) {
        await onceCommitting(scene, work, 4);
        if (administration.endsIdleOnly) {
          // Nothing reaches the server any more, and what is under way there comes to its end.
          proxy.pause();
          await sleep(100);
        }
        terminated += await administration.terminateOthers(connection);
        proxy.resume();
      }
      await connection.close();
      return terminated;
    },
  },
  {
    key: "server.read-only",
    title: "the server is switched to read-only, and back",
    harm: async ({ administration, administrator }) => {
      const connection = await administrator();
      await sleep(start);
      await administration.setReadOnly(connection, true);
      await sleep(lasting);
      await administration.setReadOnly(connection, false);
      await connection.close();
      return 1;
    },
  },
];
