import { setTimeout as sleep } from "node:timers/promises";
import type { SqlConnection } from "@slotwright/lab/engines";
import type { CallersAtWork, ServerFault, ServerScene } from "./fault.ts";
import { onceCommitting, onceCommittingUnheard } from "./network-faults.ts";

/** Milliseconds after which the callers are well under way. */
const start = 20;
const lasting = 700;

type EndConnections = (scene: ServerScene, work: CallersAtWork, administrator: SqlConnection) => Promise<number>;

/** Commits wait for a lock, so that some are certainly in progress. */
const endWaiting: EndConnections = async (scene, work, administrator) => {
  await administrator.query("BEGIN");
  await administrator.query(scene.administration.holdCommits);
  await onceCommitting(scene, work, 1);
  await sleep(50);
  const ended = await scene.administration.terminateOthers(administrator);
  await administrator.query("ROLLBACK");
  return ended;
};

const endAny: EndConnections = async (scene, work, administrator) => {
  await onceCommitting(scene, work, 4);
  return scene.administration.terminateOthers(administrator);
};

/** Nothing reaches the server for a while, and what is in progress there finishes first. */
const endIdle: EndConnections = async (scene, work, administrator) => {
  await onceCommitting(scene, work, 4);
  scene.proxy.pause();
  await sleep(100);
  const ended = await scene.administration.terminateOthers(administrator);
  scene.proxy.resume();
  return ended;
};

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
    harm: async ({ server }, { calls }) => {
      await sleep(start);
      const before = calls.failed();
      await server.process.restart();
      return calls.failed() - before;
    },
  },
  {
    key: "server.stopped",
    title: "the server is stopped with SIGSTOP, and continued",
    harm: async ({ server }, { calls }) => {
      await sleep(start);
      await server.process.pause();
      await sleep(lasting);
      const hanging = calls.open();
      await server.process.resume();
      return hanging;
    },
  },
  {
    key: "server.backends-terminated",
    title: "an administrator terminates all connections while commits are on, or just were, three times",
    harm: async (scene, work) => {
      const { administration, administrator } = scene;
      const connection = await administrator();
      const rounds = administration.endsIdleOnly ? [endIdle, endIdle, endIdle] : [endWaiting, endAny, endAny];
      let ended = 0;
      for (const end of rounds) ended += await end(scene, work, connection);
      await connection.close();
      return ended;
    },
  },
  {
    key: "server.read-only",
    title: "the server is switched to read-only, and back",
    harm: async ({ administration, administrator, proxy }, { calls }) => {
      await sleep(start);
      // The callers might finish while we connect.
      proxy.pause();
      const connection = await administrator();
      proxy.resume();
      await administration.setReadOnly(connection, true);
      await sleep(lasting);
      await administration.setReadOnly(connection, false);
      await connection.close();
      return calls.failed("read_only");
    },
  },
];
