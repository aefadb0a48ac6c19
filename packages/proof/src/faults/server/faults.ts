import type { ServerName } from "@slotwright/test-servers";
import type { Fault } from "../fault.ts";
import { clientFaults } from "./client-faults.ts";
import type { ServerFault } from "./fault.ts";
import { feedFaults } from "./feed-faults.ts";
import { fullDisk, runFullDisk } from "./full-disk.ts";
import { hostFaults } from "./host-faults.ts";
import { networkFaults } from "./network-faults.ts";
import { poolFaults } from "./pool-faults.ts";
import { runServerFault } from "./run.ts";
import { openServerScene, startHarmableServer } from "./scene.ts";
import { serverFaults } from "./server-faults.ts";

const catalogue: readonly ServerFault[] = [
  ...networkFaults,
  ...feedFaults,
  ...serverFaults,
  ...poolFaults,
  ...clientFaults,
  ...hostFaults,
];

/** The faults of a server, on one that is started with the first of them. `close` stops it. */
export function faultsOfServer(engineName: ServerName): {
  readonly faults: readonly Fault[];
  readonly close: () => Promise<void>;
} {
  let started: ReturnType<typeof startHarmableServer> | undefined;
  const run = async (fault: ServerFault, seed: number) => {
    started ??= startHarmableServer(engineName);
    const scene = await openServerScene(engineName, await started);
    try {
      return await runServerFault(fault, scene, seed);
    } finally {
      await scene.close();
    }
  };
  const had = catalogue.filter(({ engines = [engineName] }) => engines.includes(engineName));
  const onSharedServer = had.map((fault) => ({ ...fault, run: (seed: number) => run(fault, seed) }));
  return {
    faults: [...onSharedServer, { ...fullDisk, run: (seed) => runFullDisk(engineName, seed) }],
    close: async () => {
      await (await started)?.stop();
    },
  };
}
